import { expect, it } from 'vitest';
import { type PoolView, type WaitingJob, withPolicies, workerMachine } from '../../src/index.js';
import { serveWithLedger } from '../support/ledger-server.js';
import { cleanEnd, startRealWorker } from '../support/real-worker.js';

it('gives the last warm process to none but those whom a policy of the pool names', async () => {
  const world = await serveWithLedger();
  const getsProcess = ({ participation, warm }: WaitingJob) =>
    participation.attributes.plan === 'gold' || warm > 1;
  const machine = withPolicies(workerMachine, { getsProcess });
  const run = startRealWorker(world, {
    machine,
    options: {
      requestFnc: async (request) => {
        await request.accept({ attributes: { plan: request.room.name } });
      },
    },
  });
  await run.available();
  const { pid: warm } = await run.hear('process.ready');

  const plain = world.offer('ends', 'plain');
  await world.dispatched(plain);
  const gold = world.offer('ends', 'gold');
  await world.ended(plain, gold);

  expect(await world.started(gold)).toBe(warm);
  expect(await world.started(plain)).not.toBe(warm);
  expect([plain.status, gold.status]).toEqual(['success', 'success']);
  expect(await run.end()).toEqual(cleanEnd);
});

it('keeps as many processes warm as a policy wants, and goes on without one that is none', async () => {
  const world = await serveWithLedger();
  const keepsWarm = ({ warm }: PoolView) => warm < 2;
  const machine = withPolicies(workerMachine, { keepsWarm });
  const run = startRealWorker(world, { machine });
  await run.hear('process.ready', ({ slot }) => slot === 1);
  expect(await run.end()).toEqual(cleanEnd);

  const other = await serveWithLedger();
  const lazy = startRealWorker(other, {
    machine: withPolicies(workerMachine, { keepsWarm: (() => 3) as never }),
  });
  await lazy.available();
  expect(await lazy.hear('warning')).toEqual({
    type: 'warning',
    error: { code: 'ERR_POLICY', message: 'a policy of the pool threw' },
    thrown:
      'keepsWarm returned number instead of true or false. Decide in requestFnc what has to wait.',
  });
  expect(await lazy.end()).toEqual(cleanEnd);
});

it('keeps the policies of the pool and of the request from two calls', async () => {
  const world = await serveWithLedger();
  const first = withPolicies(workerMachine, { keepsWarm: ({ warm }) => warm < 2 });
  const machine = withPolicies(first, { acceptsJob: () => false });
  const run = startRealWorker(world, { machine });
  await run.hear('process.ready', ({ slot }) => slot === 1);
  await run.available();

  const job = world.offer();
  await world.dispatched(job);

  expect(job.dispatch).toBe('refused');
  expect(await run.end()).toEqual(cleanEnd);
});
