export { type AppEnvironment, cli } from './cli/run-app.js';
export { type Failure, WorkerError, type WorkerErrorCode } from './errors.js';
export {
  type AgentDefinition,
  defineAgent,
  getJobContext,
  type JobContext,
  type JobProcess,
} from './job/index.js';
export { type CpuLoadOptions, cpuLoad } from './load/cpu-load.js';
export { jobCountLoad } from './load/job-count-load.js';
export { maxLoad } from './load/max-load.js';
export { memoryLoad } from './load/memory-load.js';
export type {
  Acceptance,
  Capacity,
  JobRequest,
  LoadFnc,
  Offer,
  Participation,
  RequestFnc,
  Settings,
  WorkerEvent,
  WorkerOutput,
  WorkerView,
} from './machines/index.js';
export type { EntrypointFnc, Logger, LogLevel, PrewarmFnc, WorkerOptionsInit } from './options.js';
export { WorkerPermissions, WorkerType } from './permissions.js';
export {
  and,
  type ByMetadataOptions,
  byAttributes,
  byMetadata,
  maxJobs,
  maxPerRoom,
  not,
  or,
  type Policies,
  type Policy,
  type PolicyInput,
  type PoolPolicies,
  type PoolView,
  type SchemaResult,
  type StandardSchema,
  type TokenBucketOptions,
  tokenBucket,
  type WaitingJob,
  withPolicies,
} from './policies.js';
export { Secret } from './secret.js';
export {
  connectionMachine,
  createWorker,
  jobProcessMachine,
  jobRequestMachine,
  processPoolMachine,
  type Worker,
  type WorkerEnvironment,
  workerMachine,
} from './worker.js';
export { WorkerOptions } from './worker-options.js';
