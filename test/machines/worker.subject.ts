import type {
  Output as LinkEnded,
  Event as LinkEvent,
  Input as LinkInput,
  Emitted as LinkTold,
} from '../../src/machines/connection.types.js';
import type { JobEnd } from '../../src/machines/job.types.js';
import { jobRequestMachine } from '../../src/machines/job-request.machine.js';
import type {
  Command as HandlerCommand,
  HandlerInput,
  Fact as HandlerTold,
} from '../../src/machines/job-request.types.js';
import type {
  Output as PoolEnded,
  Event as PoolEvent,
  Input as PoolInput,
  Emitted as PoolTold,
} from '../../src/machines/process-pool.types.js';
import type { LinkLogic } from '../../src/machines/worker.links.js';
import type { workerMachine } from '../../src/machines/worker.machine.js';
import type { RequestLogic } from '../../src/machines/worker.offers.js';
import type {
  HttpCommand,
  HttpFact,
  HttpInput,
  LoadCommand,
  LoadFact,
  LoadInput,
  RemovalInput,
  Settings,
} from '../../src/machines/worker.types.js';
import { Secret } from '../../src/secret.js';
import type { Behaviour } from '../support/behaviour.js';
import { fakeChild, fakePort, fakePromise } from '../support/fake-ports.js';
import { run, taken } from '../support/run-machine.js';
import { assignmentOf, failure, offerOf } from '../support/samples.js';

export type Machine = typeof workerMachine;
export type WorkerBehaviour = Behaviour<Machine>;

export const credentials = new Secret({ apiKey: 'key', apiSecret: 'a-secret-of-the-server' });

export const settings: Settings = {
  agent: { url: 'file:///agent.js', form: 'module' },
  url: 'ws://server.test',
  credentials,
  socket: {},
  measureRoundTrip: false,
  unregistered: false,
  agentName: 'greeter',
  agentNameIsEnv: false,
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
  version: '1.2.3',
  requestFnc: undefined,
  loadFnc: undefined,
  loadThreshold: 0.7,
  numIdleProcesses: 2,
  initializeConcurrency: 2,
  maxJobs: Number.POSITIVE_INFINITY,
  maxJobsPerProcess: 3,
  maxOpenOffers: 256,
  maxRetry: 16,
  drainTimeout: 60_000,
  requestTimeout: 2_000,
  assignmentTimeout: 7_500,
  startTimeout: 2_000,
  initializeProcessTimeout: 10_000,
  shutdownProcessTimeout: 10_000,
  entrypointGraceTimeout: 3_000,
  jobMemoryWarnMB: 1_000,
  jobMemoryLimitMB: 2_000,
  removeDeadParticipant: true,
  http: true,
  host: '127.0.0.1',
  port: 8081,
  execArgv: ['--enable-source-maps'],
  env: undefined,
  envExclude: ['PRIVATE'],
  envSet: undefined,
  dumpStackTraces: false,
  dumpDir: '/tmp',
  logLevel: 'info',
  advice: [],
  shutdownCallbackTimeout: 4_000,
  terminateTimeout: 1_500,
  unhandledRejection: 'log',
  exposeCredentials: false,
  userArguments: new Secret(undefined),
  mode: 'start',
};

/** A worker whose children are this test, in `idle`; its requests are real, but for their handler. */
export function create(
  machine: Machine,
  given: Partial<Settings> = {},
  jobRequest?: RequestLogic,
  connection?: LinkLogic,
) {
  const link = fakeChild<LinkEvent, LinkInput, LinkEnded, LinkTold>();
  const pool = fakeChild<PoolEvent, PoolInput, PoolEnded, PoolTold>();
  const handler = fakePort<HandlerCommand, HandlerInput, HandlerTold>();
  const load = fakePort<LoadCommand, LoadInput, LoadFact>();
  const http = fakePort<HttpCommand, HttpInput, HttpFact>();
  const removal = fakePromise<void, RemovalInput>();
  const actors = {
    connection: connection ?? link.logic,
    processPool: pool.logic,
    jobRequest:
      jobRequest ?? jobRequestMachine.provide({ actors: { requestHandler: handler.logic } }),
    loadSampler: load.logic,
    httpServer: http.logic,
    participantRemoval: removal.logic,
  };
  const subject = run(machine.provide({ actors } as never), {
    input: { settings: { ...settings, ...given } },
  });
  return { ...subject, link, pool, handler, load, http, removal };
}

export type Worker = ReturnType<typeof create>;

export const server = { edition: 'Standard', version: '1.13.5', region: '', nodeId: 'ND_1' };
export const registered = {
  type: 'link.registered',
  slot: 0,
  workerId: 'AW_1',
  server,
} as const;

/** A worker in `prewarming` that listens and is registered; what was told so far is forgotten. */
export function prewarming(
  machine: Machine,
  given: Partial<Settings> = {},
  jobRequest?: RequestLogic,
): Worker {
  const worker = create(machine, given, jobRequest);
  worker.send({ type: 'start' });
  worker.http.say({ type: 'http.listening', host: '127.0.0.1', port: 8081 });
  worker.link.say(registered);
  return forgetful(worker);
}

/** A worker that runs with an empty record. */
export function running(
  machine: Machine,
  given: Partial<Settings> = {},
  jobRequest?: RequestLogic,
): Worker {
  const worker = prewarming(machine, given, jobRequest);
  worker.pool.say({ type: 'pool.ready' });
  return forgetful(worker);
}

/** The same worker, with an empty record. */
export function forgetful(worker: Worker): Worker {
  for (const log of [worker.emitted, worker.link.told, worker.pool.told, worker.load.told])
    taken(log as unknown[]);
  return worker;
}

export const offer = (worker: Worker, jobId: string): void =>
  worker.link.say({ type: 'link.offered', slot: 0, offer: offerOf(jobId) });

/** What `requestFnc` decides about the offer that was opened last. */
export const yes = (worker: Worker, jobId: string): void =>
  worker.handler.say({
    type: 'handler.accepted',
    call: 1,
    elapsedMs: 5,
    at: 1_700_000_000_000,
    participation: as(`agent-${jobId}`),
  });
export const no = (worker: Worker): void =>
  worker.handler.say({ type: 'handler.rejected', call: 1, terminate: false });

export const as = (identity: string) => ({ name: '', identity, metadata: '', attributes: {} });

/** An offer that was accepted, and whose answer is written. */
export function accept(worker: Worker, jobId: string): void {
  offer(worker, jobId);
  yes(worker, jobId);
  worker.link.say({ type: 'link.answered', slot: 0, jobId });
}

export const assign = (worker: Worker, jobId: string, url = 'ws://room.test'): void =>
  worker.link.say({
    type: 'link.assigned',
    slot: 0,
    assignment: { ...assignmentOf(jobId), url },
  });

/** A job that was given to the pool and is not acknowledged yet. */
export function launch(worker: Worker, jobId: string): void {
  accept(worker, jobId);
  assign(worker, jobId);
}

export const started = (worker: Worker, jobId: string): void =>
  worker.pool.say({ type: 'job.started', jobId, slot: 0, pid: 4711 });

/** A job that runs. */
export function work(worker: Worker, jobId: string): void {
  launch(worker, jobId);
  started(worker, jobId);
}

export const terminate = ({ link }: Worker, jobId: string): void =>
  link.say({ type: 'link.terminated', slot: 0, jobId });

export const success: JobEnd = { outcome: 'success' };
export const failed = (message: string): JobEnd => ({
  outcome: 'failed',
  error: { code: 'ERR_TEST', message },
});

export const finish = (worker: Worker, jobId: string, end: JobEnd = success): void =>
  worker.pool.say({ type: 'job.finished', jobId, end });
export const exit = (worker: Worker, jobId: string, end: JobEnd = success, died = false): void =>
  worker.pool.say({ type: 'job.exited', jobId, end, died });

/** A process is warm again: that comes first, and then the word for it. */
export const poolRecovers = (worker: Worker): void => {
  worker.pool.say({ type: 'pool.process', slot: 0, pid: 1, timings: {} });
  worker.pool.say({ type: 'pool.recovered' });
};
/** The last process is gone. */
export const poolCloses = (worker: Worker): void => worker.pool.done({ lastFailure: undefined });
export const linkIsLost = (worker: Worker): void =>
  worker.link.say({ type: 'link.lost', slot: 0, error: failure, retryMs: 500 });
/** The server has each status that was sent. */
export const deliver = ({ context, link }: Worker): void => {
  for (const jobId of context().undelivered) link.say({ type: 'link.delivered', slot: 0, jobId });
};
/** The link has delivered everything, and has said goodbye. */
export const linkCloses = (worker: Worker): void => {
  deliver(worker);
  worker.link.done({ slot: 0, failure: undefined, undelivered: 0 });
};

export const report = (
  status: 'available' | 'full',
  jobIds: readonly string[] = [],
  load = 0,
): LinkEvent => ({ type: 'report', status, load, jobIds });
export const answer = (
  jobId: string,
  available: boolean,
  identity = `agent-${jobId}`,
): LinkEvent => ({
  type: 'answer',
  jobId,
  available,
  terminate: false,
  participation: available ? as(identity) : undefined,
});
export const status = (
  jobId: string,
  value: 'running' | 'success' | 'failed',
  error = '',
): LinkEvent => ({ type: 'status', jobId, status: value, error });

/** Commands of one kind. */
export const ofType = <Command extends { type: string }, Type extends Command['type']>(
  log: readonly Command[],
  type: Type,
): Extract<Command, { type: Type }>[] =>
  log.filter((one): one is Extract<Command, { type: Type }> => one.type === type);

export const ended = (jobId: string, message?: string, code = 'ERR_TEST') => ({
  type: 'job.ended',
  jobId,
  outcome: message === undefined ? 'success' : 'failed',
  error: message === undefined ? undefined : { code, message },
});

/** All but reports, which other promises are about. */
export const butReports = (log: readonly LinkEvent[]): LinkEvent[] =>
  log.filter(({ type }) => type !== 'report');
