import { expect, it } from 'vitest';
import { type Act, type LedgerServer, serveWithLedger } from '../support/ledger-server.js';
import { isRunning } from '../support/processes.js';
import { cleanEnd, type RealWorker, startRealWorker } from '../support/real-worker.js';
import { seen } from '../support/seen.js';

/** A worker whose processes take this long to prewarm, all of them warm. */
async function warmWorker(warmMs: number, warm: number) {
  const world = await serveWithLedger();
  const run = startRealWorker(world, {
    agent: 'warms-slowly',
    options: {
      numIdleProcesses: warm,
      initializeConcurrency: 4,
      envSet: { WARM_MS: String(warmMs) },
    },
  });
  await warmProcesses(run, warm);
  await run.available();
  return { world, run };
}

const warmed = ({ events }: RealWorker) => events.filter(({ type }) => type === 'process.ready');
const warmProcesses = (run: RealWorker, count: number) =>
  seen(() => warmed(run).length >= count || undefined, 20_000);

const burst = async (world: LedgerServer, count: number, act: Act) => {
  const jobs = Array.from({ length: count }, () => world.offer(act));
  await world.dispatched(...jobs);
  return jobs;
};

it('takes as many jobs of a burst as can start in time, and refuses the rest (R-E4, R-C13)', async () => {
  const { world, run } = await warmWorker(3_000, 2);

  const jobs = await burst(world, 6, 'ends');
  const taken = jobs.filter(({ dispatch }) => dispatch === 'assigned');
  await world.ended(...taken);

  expect(taken).toHaveLength(2);
  expect(taken.map(({ status }) => status)).toEqual(['success', 'success']);
  expect(run.events.filter(({ type }) => type === 'job.expired')).toEqual([]);
  // It says so, and says when it takes jobs again.
  await run.hear('status', ({ status }) => status === 'full');
  await warmProcesses(run, 3);
  await world.server.waitFor(() => world.server.workers[0]?.status === 'available');
  const [later] = await burst(world, 1, 'ends');
  expect(later?.dispatch).toBe('assigned');
  expect(await run.end()).toEqual(cleanEnd);
}, 40_000);

it('starts a burst of jobs side by side when its processes start fast (R-E4, N-13, F-80)', async () => {
  const { world, run } = await warmWorker(0, 1);

  const jobs = await burst(world, 4, 'ends');
  await world.ended(...jobs);

  expect(jobs.map(({ dispatch, status }) => [dispatch, status])).toEqual(
    Array.from({ length: 4 }, () => ['assigned', 'success']),
  );
  expect(await run.end()).toEqual(cleanEnd);
});

it('fills its pool again when all its warm processes are killed at once (R-E2, R-D3, F-84)', async () => {
  const { world, run } = await warmWorker(0, 4);
  const victims = run.pids();

  for (const pid of victims) process.kill(pid, 'SIGKILL');
  await warmProcesses(run, 8);

  const alive = run.pids().filter(isRunning);
  expect(alive.filter((pid) => victims.includes(pid))).toEqual([]);
  expect(alive).toHaveLength(4);
  const job = world.offer();
  await world.ended(job);
  expect(job.status).toBe('success');
  expect(await run.end()).toEqual(cleanEnd);
});

it.each(Array.from({ length: 5 }, (_, n) => n))(
  'starts job %i though the process that is next dies in that tick (R-E3, R-D4, D-7, N-8)',
  async () => {
    const { world, run } = await warmWorker(0, 2);
    const [next = 0] = run.pids();

    process.kill(next, 'SIGKILL');
    const job = world.offer();
    await world.ended(job);

    expect(job.statuses.map(({ status }) => status)).toEqual(['running', 'success']);
    expect(await run.end()).toEqual(cleanEnd);
  },
);
