import { expect, it } from 'vitest';
import { type Act, type LedgerServer, serveWithLedger } from '../support/ledger-server.js';
import { isRunning } from '../support/processes.js';
import { cleanEnd, type RealWorker, startRealWorker } from '../support/real-worker.js';
import { seen } from '../support/seen.js';

/** A worker whose processes start with a job, and run as many as they may. */
async function startRecycling(maxJobsPerProcess: number) {
  const world = await serveWithLedger();
  const run = startRealWorker(world, { options: { numIdleProcesses: 0, maxJobsPerProcess } });
  await run.available();
  return { world, run };
}

/** Waits until no process has a job any more. */
const atRest = ({ worker }: RealWorker) =>
  seen(() => worker.actor.getSnapshot().context.jobs.length === 0 || undefined);

/** Runs a job to its end; tells where it ran. */
async function runJob(world: LedgerServer, run: RealWorker, act: Act = 'ends') {
  const job = world.offer(act);
  const pid = await world.started(job);
  await world.ended(job);
  await atRest(run);
  return { job, pid };
}

const isGone = (pid: number) => () => !isRunning(pid) || undefined;

it('runs two jobs in a process that may have two, and the third in a new one (F-98)', async () => {
  const { world, run } = await startRecycling(2);

  const first = await runJob(world, run);
  expect(isRunning(first.pid)).toBe(true);
  const second = await runJob(world, run);
  await seen(isGone(first.pid));
  const third = await runJob(world, run);

  expect(second.pid).toBe(first.pid);
  expect(third.pid).not.toBe(first.pid);
  const jobs = [first, second, third].map(({ job }) => job);
  expect(jobs.map(({ statuses }) => statuses.map(({ status }) => status))).toEqual(
    jobs.map(() => ['running', 'success']),
  );
  expect(
    run.events.flatMap((event) =>
      event.type === 'job.ended' ? [[event.jobId, event.outcome]] : [],
    ),
  ).toEqual(jobs.map(({ id }) => [id, 'success']));
  expect(run.events.filter(({ type }) => type === 'process.ready')).toHaveLength(2);
  const warmedIn = run.logs.flatMap(({ message, fields }) =>
    message === 'joined' ? [fields.warmedIn] : [],
  );
  expect(warmedIn).toEqual([first.pid, first.pid, third.pid]);
  expect(await run.end()).toEqual(cleanEnd);
});

it('ends a process with the job that failed in it (F-98)', async () => {
  const { world, run } = await startRecycling(Number.POSITIVE_INFINITY);
  const first = await runJob(world, run);

  const second = await runJob(world, run, 'throws');
  await seen(isGone(first.pid));
  const third = await runJob(world, run);

  expect([second.job.status, second.pid]).toEqual(['failed', first.pid]);
  expect(third.pid).not.toBe(first.pid);
  expect(await run.end()).toEqual(cleanEnd);
});

it('ends a process with the job that the server terminated in it (F-98)', async () => {
  const { world, run } = await startRecycling(Number.POSITIVE_INFINITY);
  const job = world.offer('stays');
  const pid = await world.started(job);
  await run.hearLog('joined');

  world.server.deleteDispatch(job.dispatchId);
  await world.ended(job);
  await seen(isGone(pid));

  expect((await runJob(world, run)).pid).not.toBe(pid);
  expect(await run.end()).toEqual(cleanEnd);
});

it('drains with a process between two jobs, and with one in its second (F-98)', async () => {
  const { world, run } = await startRecycling(Number.POSITIVE_INFINITY);
  const first = await runJob(world, run);
  const job = world.offer('stays');
  const pid = await world.started(job);
  const other = world.offer();
  await world.ended(other);

  const end = run.end();
  await run.hear('status', ({ status }) => status === 'full');
  process.kill(pid, 'SIGUSR2');

  expect(await end).toEqual(cleanEnd);
  expect([pid, job.status]).toEqual([first.pid, 'success']);
});

it('replaces a process that is killed between two jobs (F-98)', async () => {
  const { world, run } = await startRecycling(Number.POSITIVE_INFINITY);
  const first = await runJob(world, run);

  process.kill(first.pid, 'SIGKILL');
  const died = await run.hear('process.died');
  const second = await runJob(world, run);

  expect(died).toMatchObject({ pid: first.pid, error: { code: 'ERR_PROCESS_EXITED' } });
  expect([second.job.status, second.pid === first.pid]).toEqual(['success', false]);
  expect(await run.end()).toEqual(cleanEnd);
});

it('fails the one job that a process had when it was killed in its second (F-98)', async () => {
  const { world, run } = await startRecycling(Number.POSITIVE_INFINITY);
  const first = await runJob(world, run);
  const job = world.offer('stays');
  const pid = await world.started(job);
  await run.hear('job.started', ({ jobId }) => jobId === job.id);

  process.kill(pid, 'SIGKILL');
  await world.ended(job);

  expect(pid).toBe(first.pid);
  expect([job.status, job.error]).toEqual(['failed', expect.stringContaining('SIGKILL')]);
  expect(first.job.statuses.map(({ status }) => status)).toEqual(['running', 'success']);
  expect(await run.end()).toEqual(cleanEnd);
});
