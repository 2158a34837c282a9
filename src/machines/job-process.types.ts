import type { ErrorActorEvent } from 'xstate';
import type { Failure } from '../errors.js';
import type { Secret } from '../secret.js';
import type { KeyPair } from './connection.types.js';
import type { JobEnd, Launch } from './job.types.js';

/** How an operating-system process ended. */
export interface Exit {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
}

/** What a process leaves behind. */
export interface Traces {
  /** Milliseconds from its start to its end. */
  readonly ranMs: number;
  /** The last lines of its standard error, 20 at most. */
  readonly stderr: readonly string[];
}

/**
 * Milliseconds after the start of the process at which a stage was done: `online`, `imported`,
 * `rtc`, `prewarmed`.
 */
export type Timings = Readonly<Record<string, number>>;

/**
 * The user's code: the same file again, whose `cli.runApp` hands over its functions, or a module of
 * its own.
 */
export interface AgentSource {
  readonly url: string;
  readonly form: 'file' | 'module';
}

/** What a child process needs before it has a job. */
export interface ChildInput {
  readonly agent: AgentSource;
  /** Node flags for the child, such as a TypeScript loader. */
  readonly execArgv: readonly string[];
  /** Environment names to pass on; undefined passes all but the secrets. */
  readonly env: readonly string[] | undefined;
  /** Environment names that are not passed on. */
  readonly envExclude: readonly string[];
  /** Variables that it gets beside what it inherits. */
  readonly envSet: Secret<Readonly<Record<string, string>>> | undefined;
  /** Folder for a report of it, should it hang; undefined is none. */
  readonly dumpDir: string | undefined;
  /** How long the entrypoint may take to settle once its job ends by itself. */
  readonly graceMs: number;
  /** The least level that the job's log writes. */
  readonly logLevel: string;
  /** How long each shutdown callback may take. */
  readonly callbackMs: number;
  readonly unhandledRejection: 'fail' | 'log';
  readonly userArguments: Secret<unknown>;
  /** The server and its key pair, if jobs may have them. */
  readonly server: { readonly url: string; readonly keyPair: Secret<KeyPair> } | undefined;
  /** Whether the worker is under development, which a variable tells its jobs. */
  readonly isDev: boolean;
}

/** Commands to the child process. */
export type Command =
  | { readonly type: 'start'; readonly launch: Launch }
  | { readonly type: 'ping'; readonly ref: number }
  | { readonly type: 'shutdown'; readonly reason: string; readonly graceMs: number }
  /** The outcome was delivered: leave the room, run the callbacks; then exit, or `stay` for a next job. */
  | { readonly type: 'leave'; readonly stay?: true }
  /** Its event loop may be blocked: see to it that it does not outlive this process. */
  | { readonly type: 'guard' }
  /** It hangs, or grows: have its thread beside the event loop describe it, and write that down. */
  | { readonly type: 'describe'; readonly process: Plight }
  /** SIGTERM to the process group: for helpers that the job started. */
  | { readonly type: 'terminate' }
  /** SIGKILL to the process group. */
  | { readonly type: 'kill' };

/** Facts from the child process. Nothing comes after `child.closed`. */
export type Fact =
  | { readonly type: 'child.spawned'; readonly pid: number }
  /** The runner answers; the user's module is being imported. */
  | { readonly type: 'child.online' }
  | { readonly type: 'child.ready'; readonly timings: Timings }
  /** Its start failed: the module, or the prewarm function, threw. */
  | { readonly type: 'child.failed'; readonly error: Failure }
  | { readonly type: 'child.started'; readonly jobId: string }
  /** The job is ending by itself: the room is gone, or it asked to. */
  | { readonly type: 'child.closing'; readonly reason: string }
  | { readonly type: 'child.finished'; readonly end: JobEnd }
  /** Nothing of its job is left, and it could run another one. */
  | { readonly type: 'child.freed' }
  | { readonly type: 'child.ponged'; readonly ref: number }
  /** What could be found out about it is written down. */
  | { readonly type: 'child.described' }
  /** It said something that a runner never says. */
  | { readonly type: 'child.misbehaved'; readonly error: Failure }
  | ({ readonly type: 'child.exited' } & Exit)
  /** How long it ran, and what it printed last on its standard error. */
  | ({ readonly type: 'child.recorded' } & Traces)
  /** The verdict: after the last message, and also when the spawn failed. */
  | ({ readonly type: 'child.closed' } & Exit);

/** What the machine knows of a process that is to be described. */
export interface Plight {
  readonly slot: number;
  readonly pid: number | undefined;
  readonly jobId: string | undefined;
  readonly state: unknown;
  readonly cause: Failure | undefined;
  readonly timings: Timings | undefined;
}

export interface Timeouts {
  /** From the fork to the end of the prewarm function. */
  readonly initializeMs: number;
  /** From the job's start message to its acknowledgement. */
  readonly startMs: number;
  /** From the shutdown message to the exit. */
  readonly shutdownMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly terminateMs: number;
}

/** What a process may use; `Infinity` is no limit. Memory is in megabytes. */
export interface Limits {
  /** Jobs that it runs, one after the other. */
  readonly jobs: number;
  /** Above it the process is told of. */
  readonly memoryWarnMb: number;
  /** Above it the process is ended. */
  readonly memoryLimitMb: number;
}

/** What the memory sampler needs before there is a process. */
export interface SamplerInput {
  /** Close to this many megabytes it measures more exactly. */
  readonly limitMb: number;
}

/** Commands to the memory sampler: from now on, measure this process. */
export type SamplerCommand = { readonly type: 'watch'; readonly pid: number };

/** Facts from the memory sampler; of a process that is gone it says nothing. */
export type SamplerFact = { readonly type: 'memory.sampled'; readonly megabytes: number };

export interface Input {
  readonly slot: number;
  readonly child: ChildInput;
  readonly timeouts: Timeouts;
  readonly limits: Limits;
}

export interface Context extends Input {
  readonly pid: number | undefined;
  /** Jobs that it may still be given. */
  readonly jobsLeft: number;
  readonly jobId: string | undefined;
  /** It was warm for some seconds, or had a job. */
  readonly settled: boolean;
  /** Whether the child acknowledged the job. */
  readonly started: boolean;
  readonly timings: Timings | undefined;
  readonly exit: Exit | undefined;
  readonly traces: Traces | undefined;
  /** What the child said of its job. */
  readonly end: JobEnd | undefined;
  /** Why it is being ended, or why it failed; the first cause counts. */
  readonly cause: Failure | undefined;
  /** What it was asked to end with, if it was. */
  readonly shutdown: { readonly reason: string; readonly graceMs: number } | undefined;
  /** The limit that runs, and what is left of it. */
  readonly limit:
    | {
        readonly type:
          | 'initializeTimeout.passed'
          | 'startTimeout.passed'
          | 'shutdownTimeout.passed';
        readonly leftMs: number;
      }
    | undefined;
}

export type Event =
  | Fact
  | SamplerFact
  | { readonly type: 'job.assign'; readonly launch: Launch }
  | { readonly type: 'shutdown'; readonly reason: string; readonly graceMs?: number }
  /** The terminal status is at the server, so the room may be left. */
  | { readonly type: 'outcome.delivered' }
  | { readonly type: 'kill' }
  | { readonly type: 'pulse.due'; readonly ref: number }
  | { readonly type: 'pulse.slow'; readonly silentMs: number }
  | { readonly type: 'pulse.lost'; readonly silentMs: number }
  | { readonly type: 'memory.heavy'; readonly megabytes: number }
  | { readonly type: 'memory.exceeded'; readonly megabytes: number }
  /** Raised by the process itself: a part of the running limit is over. */
  | { readonly type: 'limit.tick' }
  | { readonly type: 'initializeTimeout.passed' }
  | { readonly type: 'startTimeout.passed' }
  | { readonly type: 'shutdownTimeout.passed' }
  | ErrorActorEvent<unknown, 'child'>
  | ErrorActorEvent<unknown, 'sampler'>;

/** Told to the pool, and emitted for those who run the machine alone. */
export type Emitted =
  | {
      readonly type: 'process.ready';
      readonly slot: number;
      readonly pid: number | undefined;
      readonly timings: Timings;
    }
  | {
      readonly type: 'process.started';
      readonly slot: number;
      readonly jobId: string;
      readonly pid: number | undefined;
    }
  /** The job's end as the child reports it, before it leaves the room. */
  | {
      readonly type: 'process.finished';
      readonly slot: number;
      readonly jobId: string;
      readonly end: JobEnd;
    }
  /** The job is over and nothing of it is left; the process is warm again. */
  | { readonly type: 'process.freed'; readonly slot: number; readonly jobId: string }
  | { readonly type: 'process.slow'; readonly slot: number; readonly silentMs: number }
  /** It uses more memory than the warning mark; with `limitMb`, more than that, and it is ended. */
  | {
      readonly type: 'process.heavy';
      readonly slot: number;
      readonly pid: number | undefined;
      readonly megabytes: number;
      readonly limitMb: number | undefined;
    };

export interface Output {
  readonly slot: number;
  readonly pid: number | undefined;
  readonly jobId: string | undefined;
  /** `unused`: never had a job; `lost`: no exit was seen even after SIGKILL. */
  readonly outcome: 'unused' | 'success' | 'failed' | 'lost';
  /** Whether it acknowledged the job. */
  readonly started: boolean;
  /** Whether it reported how the job ended. */
  readonly reported: boolean;
  /** Whether it was warm for some seconds, or had a job: one that dies before did not start well. */
  readonly settled: boolean;
  /** Whether it ever became warm. */
  readonly wasWarm: boolean;
  readonly exit: Exit | undefined;
  readonly traces: Traces | undefined;
  readonly error: Failure | undefined;
  /** Why it was ended after it had reported how its job ended. */
  readonly cut: Failure | undefined;
  readonly timings: Timings | undefined;
}
