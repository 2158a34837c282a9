import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  jobRequestMachine,
  maxJobs,
  type Policy,
  tokenBucket,
  withPolicies,
  workerMachine,
} from '../../src/index.js';
import { type LedgerServer, serveWithLedger } from '../support/ledger-server.js';
import { cleanEnd, startRealWorker } from '../support/real-worker.js';

const wantsVips: Policy = ({ offer }) => offer.room.name.startsWith('vip');
const throwsAtCurses: Policy = ({ offer }) => {
  if (offer.room.name === 'cursed') throw new Error('the policy broke');
  return true;
};

/** The two ways to give a worker a policy. */
const ways: [string, (policy: Policy) => typeof workerMachine][] = [
  ['withPolicies', (acceptsJob) => withPolicies(workerMachine, { acceptsJob })],
  [
    'a nested provide',
    (policy) =>
      workerMachine.provide({
        actors: {
          jobRequest: jobRequestMachine.provide({
            guards: { acceptsJob: (_, screened) => policy(screened) },
          }),
        },
      }),
  ],
];

describe.each(ways)('a policy given by %s', (_, machineWith) => {
  it('decides which offers the worker takes', async () => {
    const world = await serveWithLedger();
    const run = startRealWorker(world, {
      machine: machineWith(wantsVips),
      options: { numIdleProcesses: 0 },
    });
    await run.available();

    const jobs = ['vip-1', 'nobody', 'vip-2'].map((room) => world.offer('ends', room));
    await world.dispatched(...jobs);

    expect(jobs.map(({ dispatch }) => dispatch)).toEqual(['assigned', 'refused', 'assigned']);
    expect(run.events.filter(({ type }) => type === 'job.rejected')).toEqual([
      { type: 'job.rejected', jobId: jobs[1]?.id, reason: 'refused by policy' },
    ]);
    expect(await run.end()).toEqual(cleanEnd);
  });

  it('refuses the one offer at which it throws, and nothing else', async () => {
    const world = await serveWithLedger();
    const run = startRealWorker(world, { machine: machineWith(throwsAtCurses) });
    await run.available();
    const running = world.offer('stays');
    const pid = await world.started(running);

    const jobs = ['one', 'cursed', 'two'].map((room) => world.offer('ends', room));
    await world.dispatched(...jobs);
    const warning = await run.hear('warning');
    process.kill(pid, 'SIGUSR2');
    await world.ended(running);

    expect(jobs.map(({ dispatch }) => dispatch)).toEqual(['assigned', 'refused', 'assigned']);
    expect(running.status).toBe('success');
    expect(warning).toEqual({
      type: 'warning',
      error: { code: 'ERR_POLICY', message: 'a policy threw' },
      jobId: jobs[1]?.id,
      thrown: 'the policy broke',
    });
    expect(await run.end()).toEqual(cleanEnd);
  });
});

it.each([
  [undefined, 'undefined'],
  [null, 'null'],
  ['maxJobs', '"maxJobs"'],
])('refuses %j where policies are expected', (given, shown) => {
  expect(() => withPolicies(workerMachine, given as never)).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringMatching(
        new RegExp(`^withPolicies: expected an object .*; got ${shown}\\.$`),
      ),
    }),
  );
});

it('refuses an asynchronous policy when it is called, and points to requestFnc', () => {
  const acceptsJob = (async () => true) as unknown as Policy;

  expect(() => withPolicies(workerMachine, { acceptsJob })).toThrow(
    expect.objectContaining({
      code: 'ERR_POLICY',
      message:
        'acceptsJob is asynchronous. A guard answers at once; decide in requestFnc what has to wait.',
    }),
  );
});

it('treats a promise that a policy returns as a throw', async () => {
  const world = await serveWithLedger();
  const acceptsJob = (() => Promise.resolve(true)) as unknown as Policy;
  const run = startRealWorker(world, { machine: withPolicies(workerMachine, { acceptsJob }) });
  await run.available();

  const job = world.offer();
  await world.dispatched(job);

  expect(job.dispatch).toBe('refused');
  expect(await run.hear('warning')).toMatchObject({
    error: { code: 'ERR_POLICY', message: 'a policy threw' },
    thrown:
      'acceptsJob returned a promise instead of true or false. Decide in requestFnc what has to wait.',
  });
  expect(await run.end()).toEqual(cleanEnd);
});

it.each([
  ['the option maxJobs', { options: { maxJobs: 2 } }],
  [
    'maxJobs(n) as hasCapacity',
    { machine: withPolicies(workerMachine, { hasCapacity: maxJobs(2) }) },
  ],
  [
    'maxJobs(n) as acceptsJob',
    { machine: withPolicies(workerMachine, { acceptsJob: maxJobs(2) }) },
  ],
])('takes exactly as many of the offers of one tick as %s allows (N-6)', async (_, setup) => {
  const world = await serveWithLedger();
  world.ledger.record({ type: 'capacity.declared', worker: 'devkey', maxJobs: 2 });
  const run = startRealWorker(world, {
    ...setup,
    options: { numIdleProcesses: 0, ...('options' in setup ? setup.options : {}) },
  });
  await run.available();

  const jobs = Array.from({ length: 7 }, () => world.offer('stays'));
  await world.dispatched(...jobs);
  const taken = jobs.filter(({ dispatch }) => dispatch === 'assigned');
  const pids = await Promise.all(taken.map(world.started));
  for (const pid of pids) process.kill(pid, 'SIGUSR2');
  await world.ended(...taken);

  expect(jobs.map(({ dispatch }) => dispatch)).toEqual([
    ...['assigned', 'assigned'],
    ...['refused', 'refused', 'refused', 'refused', 'refused'],
  ]);
  // A place is free again once the process of its job is gone; a policy cannot announce that.
  await offerUntilTaken(world);
  expect(await run.end()).toEqual(cleanEnd);
});

it('takes as many offers as its token bucket holds, and what requestFnc refuses costs none (I22)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world, {
    machine: withPolicies(workerMachine, {
      acceptsJob: tokenBucket({ jobs: 2, per: 3_600_000 }),
    }),
    options: {
      numIdleProcesses: 0,
      requestFnc: async (request) => {
        if (request.room.name.startsWith('closed')) await request.reject();
        else await request.accept();
      },
    },
  });
  await run.available();

  const dispatched = async (...rooms: string[]) => {
    const jobs = rooms.map((room) => world.offer('ends', room));
    await world.dispatched(...jobs);
    return jobs.map(({ dispatch }) => dispatch);
  };
  expect(await dispatched('closed-1')).toEqual(['refused']);
  expect(await dispatched('closed-2')).toEqual(['refused']);
  expect(await dispatched('a', 'b', 'c', 'd')).toEqual([
    'assigned',
    'assigned',
    'refused',
    'refused',
  ]);
  expect(await dispatched('e')).toEqual(['refused']);
  expect(await run.end()).toEqual(cleanEnd);
});

it('shows the policies by name in the chart of a job request', () => {
  const page = readFileSync('docs/machines/job-request.md', 'utf8');

  expect(page.match(/\w+ --> \w+: always \[(hasCapacity|acceptsJob)\(\w+\)\]/g)).toEqual([
    'received --> screening: always [hasCapacity(screened)]',
    'screening --> deciding: always [acceptsJob(screened)]',
  ]);
});

/** Offers jobs until one is taken, a hundred at most. */
async function offerUntilTaken(world: LedgerServer, most = 100): Promise<void> {
  const { server } = world;
  await server.waitFor(() => server.workers[0]?.status === 'available');
  const job = world.offer();
  await world.dispatched(job);
  if (job.dispatch === 'assigned') return;
  if (most === 1) throw new Error('No job was taken.');
  await offerUntilTaken(world, most - 1);
}
