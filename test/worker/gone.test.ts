import { expect, it } from 'vitest';
import type { JobRecord } from '../../src/testing/index.js';
import { workerOfQuickHearts as machine } from '../support/hurry.js';
import { type Act, type LedgerServer, serveWithLedger } from '../support/ledger-server.js';
import { isRunning } from '../support/processes.js';
import { cleanEnd, startRealWorker } from '../support/real-worker.js';
import { seen } from '../support/seen.js';

interface End {
  readonly job: JobRecord;
  readonly pid: number;
  readonly world: LedgerServer;
}

const byTheServer = ({ job, world }: End): void => {
  world.server.terminate(job.id);
};
const stopped = ({ pid }: End): void => {
  process.kill(pid, 'SIGSTOP');
};
const byItself = (): void => {};

it.each<[string, Act, (end: End) => void, JobRecord['status'], number]>([
  ['returned and hung up', 'ends', byItself, 'success', 0],
  ['threw', 'throws', byItself, 'failed', 0],
  ['was ended by the server', 'stays', byTheServer, 'success', 0],
  ['exited without a word', 'exits', byItself, 'failed', 0],
  ['lost its room', 'closes', byItself, 'success', 0],
  ['has a callback that never ends', 'clings', byItself, 'success', 1],
  ['blocks its event loop', 'blocks', byItself, 'failed', 1],
  ['blocks it and was ended by the server', 'blocks', byTheServer, 'failed', 1],
  ['was stopped', 'stays', stopped, 'failed', 1],
])('leaves no process of a job that %s (N-7, F-88, F-89, R-D13, R-D14, D-8)', async (...row) => {
  const [, act, how, status, cut] = row;
  const world = await serveWithLedger();
  const options = { shutdownProcessTimeout: 400, numIdleProcesses: 0 };
  const run = startRealWorker(world, { machine, options });
  await run.available();

  const job = world.offer(act);
  const pid = await world.started(job);
  await run.hearLog(act === 'blocks' ? 'blocking' : 'joined');
  how({ job, pid, world });
  await world.ended(job);
  await seen(() => !isRunning(pid) || undefined);

  expect(job.status).toBe(status);
  const killed = ({ type }: { type: string }) => type === 'process.died';
  expect(run.events.filter(killed).length).toBeLessThanOrEqual(cut);
  // Nothing is counted any more where no process is kept warm.
  await seen(() => run.worker.actor.getSnapshot().context.jobs.length === 0 || undefined);
  const { body } = await run.probe('/worker');
  expect(JSON.parse(body).active_jobs).toEqual(0);
  expect(await run.end()).toEqual(cleanEnd);
});
