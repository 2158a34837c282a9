import type { ResolvedOptions } from '../options.js';
import type { SimulatedJobInput, TestServer } from '../testing/index.js';
import { createWorker, type Worker } from '../worker.js';
import { exitCodes } from './exit-codes.js';
import { naming } from './naming.js';
import { type Run, type RunningWorker, runWorker } from './run-worker.js';

/** One job, and the server in this process that hands it out. */
export interface OneJob extends Omit<Run, 'createWorker'> {
  readonly server: TestServer;
  readonly offer: SimulatedJobInput;
}

/** What a worker tells about itself, and not about the one job. */
const beside: readonly string[] = ['listening', 'registered', 'status', 'draining', 'stopped'];

/** The settings of a worker that runs one job and listens nowhere. */
export const forOneJob = (
  settings: ResolvedOptions,
  identity: string | undefined,
): ResolvedOptions =>
  Object.freeze({
    ...settings,
    requestFnc:
      identity === undefined ? settings.requestFnc : naming(identity, settings.requestFnc),
    numIdleProcesses: 0,
    maxJobs: 1,
    loadThreshold: Number.POSITIVE_INFINITY,
    http: false,
    // The dispatch server of this process is not to be reached through a proxy.
    socket: Object.freeze({ ...settings.socket, httpProxy: null }),
    unregistered: false,
  });

/**
 * Runs a worker until its one job is over, by itself or by a signal, and returns the exit code:
 * that of a worker, or 70 where the job was refused or failed.
 */
export async function runOneJob({ server, offer, ...run }: OneJob): Promise<number> {
  const code = await runWorker({
    ...run,
    createWorker: (input, environment) =>
      untilOver(createWorker(input, environment), server, offer),
  });
  const [job] = server.jobs;
  if (code !== exitCodes.ok || job === undefined) return code;
  const isDone = job.dispatch === 'assigned' && job.status === 'success';
  return isDone ? exitCodes.ok : exitCodes.jobFailed;
}

/** A worker that gets its job when it is ready for it, and drains when that is over. */
function untilOver(worker: Worker, server: TestServer, offer: SimulatedJobInput): RunningWorker {
  const drain = () => void worker.drain();
  server.on('job.dispatched', ({ dispatch }) => {
    if (dispatch !== 'assigned') drain();
  });
  server.on('job.updated', ({ endedAt }) => {
    if (endedAt !== undefined) drain();
  });
  worker.ready.then(() => server.simulateJob(server.workers[0]?.id ?? '', offer)).catch(drain);
  return {
    start: worker.start,
    drain,
    stop: worker.stop,
    halt: worker.halt,
    done: worker.done,
    actor: {
      on: (type, listener) =>
        worker.actor.on(type, (event) => {
          if (!beside.includes(event.type)) listener(event);
        }),
    },
  };
}
