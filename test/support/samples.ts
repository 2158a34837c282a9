import type { Failure } from '../../src/errors.js';
import type { Assignment, Launch, Offer } from '../../src/machines/job.types.js';
import type { ChildInput } from '../../src/machines/job-process.types.js';
import type { Settings } from '../../src/machines/worker.types.js';
import { Secret } from '../../src/secret.js';

/** Plain values for tests of machines; whatever a test is about, it spells out itself. */

export const failure: Failure = { code: 'ERR_TEST', message: 'something broke' };

export const offerOf = (id: string, more: Partial<Offer> = {}): Offer => ({
  id,
  dispatchId: `dispatch-of-${id}`,
  kind: 'room',
  room: { sid: 'RM_1', name: 'lobby', metadata: '' },
  participant: undefined,
  agentName: '',
  metadata: '',
  attributes: {},
  resuming: false,
  record: new Secret('record'),
  ...more,
});

export const assignmentOf = (jobId: string): Assignment => ({
  jobId,
  url: 'ws://room.test',
  token: new Secret('token'),
  record: undefined,
});

export const launchOf = (jobId: string): Launch => ({
  jobId,
  url: 'ws://room.test',
  token: new Secret('token'),
  record: new Secret('record'),
  participation: { name: '', identity: `agent-${jobId}`, metadata: '', attributes: {} },
  workerId: 'AW_1',
});

export const childInput: ChildInput = {
  agent: { url: 'file:///agent.js', form: 'file' },
  execArgv: [],
  env: undefined,
  envExclude: [],
  envSet: undefined,
  dumpDir: undefined,
  graceMs: 3_000,
  logLevel: 'info',
  callbackMs: 4_000,
  unhandledRejection: 'fail',
  userArguments: new Secret(undefined),
  server: undefined,
  isDev: false,
};

export const processTimeouts = {
  initializeMs: 10_000,
  startMs: 2_000,
  shutdownMs: 10_000,
  terminateMs: 2_000,
};

export const processLimits = { jobs: 1, memoryWarnMb: 1_000, memoryLimitMb: 2_000 };

/** Complete settings of a worker with one warm process and room for one job. */
export const settingsWith = (more: Partial<Settings> = {}): Settings => ({
  agent: childInput.agent,
  url: 'ws://server.test',
  credentials: new Secret({ apiKey: 'key', apiSecret: 'secret' }),
  socket: {},
  measureRoundTrip: false,
  unregistered: false,
  agentNameIsEnv: false,
  agentName: '',
  workerType: 'room',
  permissions: {
    canPublish: true,
    canSubscribe: true,
    canPublishData: true,
    canUpdateMetadata: true,
    canPublishSources: [],
    hidden: false,
  },
  deployment: '',
  version: '0.0.0',
  requestFnc: undefined,
  loadFnc: undefined,
  loadThreshold: 0.7,
  numIdleProcesses: 1,
  initializeConcurrency: 1,
  maxJobs: 1,
  maxJobsPerProcess: 1,
  maxOpenOffers: 2,
  maxRetry: 16,
  drainTimeout: 3_600_000,
  requestTimeout: 2_000,
  assignmentTimeout: 7_500,
  startTimeout: 2_000,
  initializeProcessTimeout: 10_000,
  shutdownProcessTimeout: 10_000,
  entrypointGraceTimeout: 3_000,
  jobMemoryWarnMB: 1_000,
  jobMemoryLimitMB: Number.POSITIVE_INFINITY,
  removeDeadParticipant: true,
  http: true,
  host: '127.0.0.1',
  port: 0,
  execArgv: [],
  env: undefined,
  envExclude: [],
  envSet: undefined,
  dumpStackTraces: false,
  dumpDir: '/tmp',
  logLevel: 'info',
  advice: [],
  shutdownCallbackTimeout: 4_000,
  terminateTimeout: 2_000,
  unhandledRejection: 'fail',
  exposeCredentials: false,
  userArguments: new Secret(undefined),
  mode: 'start',
  ...more,
});

/** What else is told of a process that did not start. */
export const unstarted = { slot: 0, pid: 41, ranMs: 120, stderr: ['out of memory'] } as const;
