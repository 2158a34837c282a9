import { WorkerError } from './errors.js';
import type * as whole from './worker.js';

/**
 * The package as the process of a job sees it: that process imports the agent's file for its
 * functions, and runs no worker. What only a worker needs (xstate, the machines, their actors) is
 * not loaded; the names are there, so that the same file works in both.
 */

export { cli } from './cli/run-app.js';
export { WorkerError } from './errors.js';
export { defineAgent, getJobContext } from './job/index.js';
export { cpuLoad } from './load/cpu-load.js';
export { jobCountLoad } from './load/job-count-load.js';
export { maxLoad } from './load/max-load.js';
export { memoryLoad } from './load/memory-load.js';
export { WorkerPermissions, WorkerType } from './permissions.js';
export {
  and,
  byAttributes,
  byMetadata,
  maxJobs,
  maxPerRoom,
  not,
  or,
  tokenBucket,
  withPolicies,
} from './policies.js';
export { Secret } from './secret.js';
export { WorkerOptions } from './worker-options.js';

const refuse = (name: string): never => {
  throw new WorkerError(
    'ERR_IN_JOB_PROCESS',
    `${name} belongs to the worker, and this is the process of a job. Start workers only where cli.runApp would; import pure machines from "livekit-actors/machines".`,
  );
};

/** A machine that may be given guards and actors, as files do while they load, and no more. */
const absent = <Machine extends object>(name: string): Machine => {
  const machine: Machine = new Proxy({} as Machine, {
    get: (_, key) => {
      if (key === 'provide') return () => machine;
      if (key === 'implementations') return { actors: { jobRequest: machine } };
      return typeof key === 'symbol' ? undefined : refuse(name);
    },
  });
  return machine;
};

export const connectionMachine = absent<typeof whole.connectionMachine>('connectionMachine');
export const jobProcessMachine = absent<typeof whole.jobProcessMachine>('jobProcessMachine');
export const jobRequestMachine = absent<typeof whole.jobRequestMachine>('jobRequestMachine');
export const processPoolMachine = absent<typeof whole.processPoolMachine>('processPoolMachine');
export const workerMachine = absent<typeof whole.workerMachine>('workerMachine');
export const createWorker: typeof whole.createWorker = () => refuse('createWorker');
