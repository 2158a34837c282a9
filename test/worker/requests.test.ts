import { expect, it } from 'vitest';
import type { JobRequest } from '../../src/index.js';
import { workerInAHurry } from '../support/hurry.js';
import { serveWithLedger } from '../support/ledger-server.js';
import { cleanEnd, startRealWorker } from '../support/real-worker.js';
import { seen } from '../support/seen.js';

const codeOf = (error: unknown) => (error as { code?: unknown }).code;

/** A server with two workers, of which the first is asked first. */
async function twoWorkers(requestFnc: (request: JobRequest) => void | Promise<void>) {
  const world = await serveWithLedger();
  const options = { numIdleProcesses: 0, requestTimeout: 150 };
  const first = startRealWorker(world, { options: { ...options, requestFnc } });
  await first.available();
  const second = startRealWorker(world, { options });
  await second.hear('status', ({ status }) => status === 'available');
  const { server } = world;
  await server.waitFor(() => server.workers.filter(isAvailable).length === 2);
  const [asked, next] = server.workers.map(({ id }) => id);
  return { world, first, second, asked, next };
}
/** Accepts once nothing else in this process could happen for a while, not even a timer. */
async function acceptAfter(request: JobRequest, blockedMs: number): Promise<void> {
  const until = performance.now() + blockedMs;
  while (performance.now() < until);
  await request.accept();
}

const isAvailable = ({ status }: { status: string }) => status === 'available';

it.each<[string, (request: JobRequest) => void | Promise<void>]>([
  ['rejects', (request) => request.reject()],
  ['returns without an answer', () => {}],
  ['keeps silent', () => new Promise(() => {})],
  ['blocks the worker and accepts too late', (request) => acceptAfter(request, 200)],
  ['throws', () => JSON.parse('no json')],
  ['throws later', () => Promise.reject(new Error('the database is down'))],
])('passes a job to the next worker when the handler of the first %s', async (_, requestFnc) => {
  const { world, first, second, asked, next } = await twoWorkers(requestFnc);

  const job = world.offer();
  await world.ended(job);

  expect(job.answers.map(({ worker, answer }) => [worker, answer])).toEqual([
    [asked, 'refused'],
    [next, 'accepted'],
  ]);
  expect([job.dispatch, job.status, job.worker]).toEqual(['assigned', 'success', next]);
  expect(await second.end()).toMatchObject({ output: { outcome: 'drained' } });
  expect(await first.end()).toEqual(cleanEnd);
});

it('tells a handler that blocked the worker for too long that its acceptance is void', async () => {
  const world = await serveWithLedger();
  const codes: unknown[] = [];
  const requestFnc = async (request: JobRequest) => {
    await acceptAfter(request, 200).catch((error) => codes.push(codeOf(error)));
  };
  const options = { requestFnc, numIdleProcesses: 0, requestTimeout: 150 };
  const run = startRealWorker(world, { options });
  await run.available();

  const job = world.offer();
  await world.dispatched(job);

  expect(job.answers.map(({ answer }) => answer)).toEqual(['refused']);
  expect(run.events.filter(({ type }) => type === 'job.rejected')).toEqual([
    { type: 'job.rejected', jobId: job.id, reason: 'requestFnc did not answer in time' },
  ]);
  expect(codes).toEqual(['ERR_REQUEST_EXPIRED']);
  expect(await run.end()).toEqual(cleanEnd);
});

it('ends a job for all workers with reject({ terminate: true }) (D-23)', async () => {
  const { world, first, second, asked } = await twoWorkers((request) =>
    request.reject({ terminate: true }),
  );

  const job = world.offer();
  await world.dispatched(job);

  expect(job.answers.map(({ worker, answer }) => [worker, answer])).toEqual([
    [asked, 'terminated'],
  ]);
  expect(job.dispatch).toBe('ended');
  expect(second.events.filter(({ type }) => type === 'job.offered')).toEqual([]);
  expect(await first.end()).toEqual(cleanEnd);
});

it('throws at every answer but the first, which counts', async () => {
  const world = await serveWithLedger();
  const codes: unknown[] = [];
  const requestFnc = async (request: JobRequest) => {
    const note = (error: unknown) => void codes.push(codeOf(error));
    await Promise.all([request.accept(), request.accept().catch(note)]);
    await request.reject({ terminate: true }).catch(note);
  };
  const run = startRealWorker(world, { options: { requestFnc, numIdleProcesses: 0 } });
  await run.available();

  const job = world.offer();
  await world.ended(job);

  expect(codes).toEqual(['ERR_ALREADY_ANSWERED', 'ERR_ALREADY_ANSWERED']);
  expect(job.answers.map(({ answer }) => answer)).toEqual(['accepted']);
  expect(job.status).toBe('success');
  expect(await run.end()).toEqual(cleanEnd);
});

it('tells the handler when the job is assigned and when it is launched', async () => {
  const world = await serveWithLedger();
  const steps: string[] = [];
  const requestFnc = async (request: JobRequest) => {
    const { assigned, launched } = await request.accept();
    steps.push('answered');
    await assigned;
    steps.push('assigned');
    await launched;
    steps.push('launched');
  };
  const run = startRealWorker(world, { options: { requestFnc } });
  await run.available();

  const job = world.offer('stays');
  const pid = await world.started(job);
  await seen(() => steps[2]);
  process.kill(pid, 'SIGUSR2');

  expect(steps).toEqual(['answered', 'assigned', 'launched']);
  expect(await run.end()).toEqual(cleanEnd);
});

it('tells the handler when the assignment never comes', async () => {
  const world = await serveWithLedger();
  world.server.script({ direction: 'out', message: 'assignment', fault: 'drop' });
  const codes: unknown[] = [];
  const requestFnc = async (request: JobRequest) => {
    const { assigned, launched } = await request.accept();
    for (const promise of [assigned, launched])
      await promise.catch((error) => codes.push(codeOf(error)));
  };
  const run = startRealWorker(world, { options: { requestFnc, assignmentTimeout: 100 } });
  await run.available();

  const job = world.offer();
  await run.hear('job.expired', ({ jobId }) => jobId === job.id);
  await seen(() => codes[1]);

  expect(codes).toEqual(['ERR_ASSIGNMENT_TIMEOUT', 'ERR_ASSIGNMENT_TIMEOUT']);
  expect(await run.end()).toEqual(cleanEnd);
});

it('tells the handler, and the server, when no process can start the job', async () => {
  const world = await serveWithLedger();
  const errors: unknown[] = [];
  const requestFnc = async (request: JobRequest) => {
    const { assigned, launched } = await request.accept();
    await assigned;
    await launched.catch((error) => errors.push(codeOf(error)));
  };
  const run = startRealWorker(world, {
    agent: 'throws-at-import',
    machine: workerInAHurry,
    options: { requestFnc, numIdleProcesses: 0 },
  });
  await run.available();

  const job = world.offer();
  await world.ended(job);

  expect([job.status, job.error]).toEqual([
    'failed',
    expect.stringMatching(/TypeError: no such voice \(at .*throws-at-import\.mjs:2:9\)/),
  ]);
  expect(errors).toEqual(['ERR_LAUNCH_FAILED']);
  expect(await run.end()).toEqual(cleanEnd);
});

it('joins as the handler says', async () => {
  const world = await serveWithLedger();
  const participation = {
    name: 'Ada',
    identity: 'ada-1',
    metadata: 'speaks French',
    attributes: { myagent: 'rocks' },
  };
  const requestFnc = async (request: JobRequest) => void (await request.accept(participation));
  const run = startRealWorker(world, { options: { requestFnc, numIdleProcesses: 0 } });
  await run.available();

  const job = world.offer();
  await world.ended(job);

  const [, claims = ''] = job.token?.reveal().split('.') ?? [];
  const { sub, name, metadata, attributes } = JSON.parse(
    Buffer.from(claims, 'base64url').toString(),
  );
  expect({ identity: sub, name, metadata, attributes }).toMatchObject(participation);
  expect(job.agentIdentity).toBe('ada-1');
  expect(await run.end()).toEqual(cleanEnd);
});
