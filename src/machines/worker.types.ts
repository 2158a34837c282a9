import type { DoneActorEvent, ErrorActorEvent } from 'xstate';
import type { Failure } from '../errors.js';
import type { Secret } from '../secret.js';
import type {
  KeyPair,
  Output as LinkEnded,
  Emitted as LinkTold,
  Permissions,
  Report,
  ServerInfo,
  SocketOptions,
} from './connection.types.js';
import type { JobEnd, JobKind } from './job.types.js';
import type { AgentSource } from './job-process.types.js';
import type {
  Output as RequestEnded,
  RequestFnc,
  Emitted as RequestTold,
} from './job-request.types.js';
import type { Output as PoolEnded, Emitted as PoolTold } from './process-pool.types.js';

/**
 * A measure of load: 0 is idle, 1 is full. It is asked every 2.5 s, and not again before its last
 * call has settled or three reports went without it. After three samples in a row that failed the
 * load counts as 1, until there is a good one.
 */
export interface LoadFnc {
  (worker: WorkerView): number | Promise<number>;
  /** Called every 0.5 s, also right before a report: for a load that is a mean over time. */
  sample?(): void;
}

/** What a load function may look at. */
export interface WorkerView {
  /** Ids of the jobs that run. */
  readonly activeJobs: readonly string[];
}

/**
 * Resolved options: complete, checked and frozen. Durations are milliseconds, `Infinity` is no
 * limit.
 */
export interface Settings {
  /** Where each process finds the agent. */
  readonly agent: AgentSource;
  readonly url: string;
  readonly credentials: Secret<KeyPair>;
  /** How connections to the server find their way. */
  readonly socket: SocketOptions;
  readonly measureRoundTrip: boolean;
  /** Runs without any connection. */
  readonly unregistered: boolean;
  readonly agentName: string;
  /** Whether the name comes from a variable: `/worker` says so. */
  readonly agentNameIsEnv: boolean;
  readonly workerType: JobKind;
  readonly permissions: Permissions;
  readonly deployment: string;
  /** The version of this package, as the server is told it. */
  readonly version: string;
  readonly requestFnc: RequestFnc | undefined;
  readonly loadFnc: LoadFnc | undefined;
  readonly loadThreshold: number;
  readonly numIdleProcesses: number;
  readonly initializeConcurrency: number;
  readonly maxJobs: number;
  /** Jobs that one process runs, one after the other. */
  readonly maxJobsPerProcess: number;
  readonly maxOpenOffers: number;
  readonly maxRetry: number;
  readonly drainTimeout: number;
  readonly requestTimeout: number;
  readonly assignmentTimeout: number;
  readonly startTimeout: number;
  readonly initializeProcessTimeout: number;
  readonly shutdownProcessTimeout: number;
  readonly entrypointGraceTimeout: number;
  readonly jobMemoryWarnMB: number;
  readonly jobMemoryLimitMB: number;
  readonly removeDeadParticipant: boolean;
  /** Whether there are health endpoints. */
  readonly http: boolean;
  readonly host: string;
  readonly port: number;
  readonly execArgv: readonly string[];
  /** Names of the only variables that jobs inherit; undefined is all but the secrets. */
  readonly env: readonly string[] | undefined;
  readonly envExclude: readonly string[];
  /** Variables that jobs get beside what they inherit. */
  readonly envSet: Secret<Readonly<Record<string, string>>> | undefined;
  readonly dumpStackTraces: boolean;
  readonly dumpDir: string;
  readonly logLevel: string;
  /** What the options say that their author should hear of. */
  readonly advice: readonly Failure[];
  readonly shutdownCallbackTimeout: number;
  readonly terminateTimeout: number;
  readonly unhandledRejection: 'fail' | 'log';
  readonly exposeCredentials: boolean;
  /** Secret, because nobody knows what is in it. */
  readonly userArguments: Secret<unknown>;
  /** `dev` for a worker under development. */
  readonly mode: 'dev' | 'start';
}

/** `WorkerOptions` is one; so is any object that holds complete settings. */
export interface Input {
  readonly settings: Settings;
}

/** A job between its offer and its end here. */
interface Tracked {
  readonly jobId: string;
  /** The link it came over. */
  readonly link: number;
  readonly room: string;
  /** Who the agent is in the room, once it was accepted. */
  readonly identity: string;
  /** Where the room is, once it was assigned. */
  readonly url: string;
}

/** An offer that has a `jobRequest` actor: not yet answered (`open`), answered yes, or assigned. */
export interface OpenRequest extends Tracked {
  readonly slot: number;
  readonly phase: 'open' | 'accepted' | 'assigned';
}

/** A job that has a process. `ended`: its terminal status was reported, the process still exits. */
export interface ActiveJob extends Tracked {
  readonly phase: 'running' | 'ended';
  /** The load was sampled since it started, so what it costs is in there. */
  readonly isMeasured: boolean;
}

export interface Context {
  readonly settings: Settings;
  readonly workerId: string;
  /** Slots of the links that live. */
  readonly links: readonly number[];
  readonly requests: readonly OpenRequest[];
  readonly jobs: readonly ActiveJob[];
  /** The last job ids that got a terminal status, so that none gets two. */
  readonly ended: readonly string[];
  /** Jobs whose terminal status the server is not known to have. */
  readonly undelivered: readonly string[];
  /** Calls that remove what dead processes left in their rooms. */
  readonly removals: readonly { readonly slot: number }[];
  /** What the servers were told last, so that the same is not told twice. */
  readonly reported: Report;
  /** The status that the server is known to have read; undefined while there is no connection. */
  readonly known: Report['status'] | undefined;
  /** Milliseconds to the server and back, as measured last; only with `measureRoundTrip`. */
  readonly roundTripMs: number | undefined;
  /** The last load measured, from 0 to 1. */
  readonly load: number;
  /** Jobs that the pool could start in time; undefined is any number. */
  readonly places: number | undefined;
  /** Load samples in a row that failed. */
  readonly loadMisses: number;
  /** What was said about the load function since it last worked, so that nothing is said twice. */
  readonly loadFaults: readonly LoadFault[];
  /** When it was last told that this process stood still. */
  readonly stallToldAt: number | undefined;
  /** It was explained that the server is told another load than is measured. */
  readonly isScalingExplained: boolean;
  /** Processes that the pool was last told to keep warm. */
  readonly idleTarget: number;
  /** When the last offers were accepted, the newest last. */
  readonly acceptedAt: readonly number[];
  readonly failure: Failure | undefined;
  /** Jobs ended before they were over. */
  readonly jobsCut: number;
  readonly end: Output['outcome'];
}

/** Commands to the load sampler. */
export type LoadCommand =
  | { readonly type: 'jobs'; readonly jobIds: readonly string[] }
  /** Do not wait any longer for a call that has not settled. */
  | { readonly type: 'ask.again' };
/** Facts from it: at least one every 2.5 s. */
export type LoadFact =
  /** The load, as the function says it; what is above 1 counts as 1. */
  | {
      readonly type: 'load.sampled';
      readonly load: number;
      /** It was missing in a report before. */
      readonly isLate?: boolean;
    }
  /** A report is due, and the function was asked and has not answered yet. */
  | { readonly type: 'load.awaited' }
  /**
   * The sampler's own timer was late: the event loop of this process stood still for `stoodMs`, which
   * is 500 ms at least. `at` are the milliseconds of a clock that only ever goes on.
   */
  | { readonly type: 'loop.stalled'; readonly stoodMs: number; readonly at: number }
  | {
      readonly type: 'load.missed';
      readonly fault: 'threw' | 'late' | 'unusable';
      readonly error: Failure;
    };
/** What may be wrong with a load function; `excessive` is a load above 1. */
export type LoadFault = Extract<LoadFact, { type: 'load.missed' }>['fault'] | 'excessive';
export interface LoadInput {
  readonly loadFnc: LoadFnc | undefined;
}

/** Commands to the HTTP server. */
export type HttpCommand = {
  readonly type: 'respond';
  readonly request: number;
  readonly status: number;
  readonly body: string;
};
export type HttpFact =
  | { readonly type: 'http.listening'; readonly host: string; readonly port: number }
  | { readonly type: 'http.failed'; readonly error: Failure }
  | {
      readonly type: 'http.requested';
      readonly request: number;
      readonly route: 'health' | 'ready' | 'worker';
    };
export interface HttpInput {
  readonly host: string;
  readonly port: number;
}

/** Input of the actor that removes what a dead process left in a room. */
export interface RemovalInput {
  readonly url: string;
  readonly credentials: Secret<KeyPair>;
  readonly options?: SocketOptions | undefined;
  readonly room: string;
  readonly identity: string;
}

export type Event =
  | LinkTold
  | RequestTold
  | PoolTold
  | LoadFact
  | HttpFact
  | { readonly type: 'start' }
  /** Finish what runs, take nothing new, then stop. */
  | { readonly type: 'drain' }
  /** End the jobs through their shutdown callbacks, then stop. */
  | { readonly type: 'stop' }
  /** End every process at once, then stop. */
  | { readonly type: 'halt' }
  /** Raised by the worker itself: tell the servers how it is. */
  | { readonly type: 'report'; readonly ifChanged?: boolean }
  /** Raised by the worker itself: its options have no health endpoints. */
  | { readonly type: 'http.unwanted' }
  | { readonly type: 'drainTimeout.passed' }
  | { readonly type: 'prewarmTimeout.passed' }
  | DoneActorEvent<RequestEnded, `req.${number}`>
  | ErrorActorEvent<unknown, `req.${number}`>
  | DoneActorEvent<LinkEnded, `link.${number}`>
  | ErrorActorEvent<unknown, `link.${number}`>
  | DoneActorEvent<PoolEnded, 'pool'>
  | ErrorActorEvent<unknown, 'pool'>
  | ErrorActorEvent<unknown, 'load'>
  | ErrorActorEvent<unknown, 'http'>
  | DoneActorEvent<unknown, `remove.${number}`>
  | ErrorActorEvent<unknown, `remove.${number}`>;

/** What a worker tells the world. Everything here may be logged; room names are not in it. */
export type Emitted =
  /** The health endpoints are up. */
  | { readonly type: 'listening'; readonly host: string; readonly port: number }
  /** The server took the worker in: at first, and again after each lost connection. */
  | { readonly type: 'registered'; readonly workerId: string; readonly server: ServerInfo }
  /** There is no connection, at the start or later; the next attempt is in `retryMs`. */
  | { readonly type: 'disconnected'; readonly error: Failure; readonly retryMs: number }
  /** The server has read that the worker takes jobs, or that it takes none; again after each `registered`. */
  | {
      readonly type: 'status';
      readonly status: 'available' | 'full';
      /** The load that was measured last. */
      readonly load: number;
      /** The load as the server was told it: scaled so that the own threshold meets the server's. */
      readonly sentLoad: number;
    }
  /** A process is warm. `timings` are the milliseconds from its start to each stage. */
  | {
      readonly type: 'process.ready';
      readonly slot: number;
      readonly pid: number | undefined;
      readonly timings: Readonly<Record<string, number>>;
    }
  /**
   * A process did not become warm, after `ranMs`; the next one starts in `retryMs`. `stderr` holds
   * the last lines, 20 at most, of what it printed there.
   */
  | {
      readonly type: 'process.failed';
      readonly slot: number;
      readonly pid: number | undefined;
      readonly error: Failure;
      readonly retryMs: number;
      readonly ranMs: number;
      readonly stderr: readonly string[];
    }
  /** A process has not answered its heartbeat for `silentMs`. */
  | { readonly type: 'process.slow'; readonly slot: number; readonly silentMs: number }
  /**
   * A process uses more than `jobMemoryWarnMB` of memory; told again after each tenth more. With
   * `limitMb` it uses more than that `jobMemoryLimitMB`, and is ended.
   */
  | {
      readonly type: 'process.heavy';
      readonly slot: number;
      readonly pid: number | undefined;
      readonly megabytes: number;
      readonly limitMb: number | undefined;
    }
  /** A process died, or had to be ended after its job was over. */
  | {
      readonly type: 'process.died';
      readonly slot: number;
      readonly pid: number | undefined;
      readonly jobId: string | undefined;
      readonly error: Failure;
    }
  /** Five starts failed within 30 s: there are no new jobs until a process becomes warm. */
  | { readonly type: 'degraded'; readonly error: Failure }
  /** A process became warm again. */
  | { readonly type: 'recovered' }
  /** An offer came and is to be decided. */
  | { readonly type: 'job.offered'; readonly jobId: string; readonly agentName: string }
  /** An offer was refused, by a guard, by `requestFnc` or by the clock. */
  | { readonly type: 'job.rejected'; readonly jobId: string; readonly reason: string }
  /** An offer was accepted, and the answer was sent. */
  | { readonly type: 'job.accepted'; readonly jobId: string }
  /** An offer came to nothing: accepted and not assigned, or its connection was lost. */
  | { readonly type: 'job.expired'; readonly jobId: string; readonly reason: string }
  /** A process acknowledged its job. */
  | { readonly type: 'job.started'; readonly jobId: string; readonly pid: number | undefined }
  /** The one end of an assigned job, as the server is told it. */
  | {
      readonly type: 'job.ended';
      readonly jobId: string;
      readonly outcome: JobEnd['outcome'];
      readonly error: Failure | undefined;
    }
  /** Nothing new is taken. `deadline` is the limit in milliseconds, `jobs` are those that run. */
  | { readonly type: 'draining'; readonly deadline: number; readonly jobs: readonly string[] }
  /** Something went wrong that does not end the worker. */
  | {
      readonly type: 'warning';
      readonly error: Failure;
      readonly jobId?: string;
      readonly jobIds?: readonly string[];
      /** What a function of yours threw, in its own words: they may name people. */
      readonly thrown?: string;
    }
  /** The worker ended. Its output says how. */
  | { readonly type: 'stopped' };

/**
 * How a worker ended: `drained`, when its jobs ended by themselves; `cut`, when they were ended
 * before they were over; `halted`, when they were killed; `failed`, with the cause.
 */
export interface Output {
  readonly outcome: 'drained' | 'cut' | 'halted' | 'failed';
  /** Jobs ended before they were over. */
  readonly jobsCut: number;
  readonly failure: Failure | undefined;
}
