import type { DoneActorEvent, ErrorActorEvent } from 'xstate';
import type { Failure } from '../errors.js';
import type { JobEnd, Launch, Participation } from './job.types.js';
import type {
  ChildInput,
  Output as Ended,
  Limits,
  Timeouts,
  Timings,
  Emitted as Told,
  Traces,
} from './job-process.types.js';

export interface Input {
  readonly child: ChildInput;
  readonly timeouts: Timeouts;
  readonly limits: Limits;
  /** Warm processes to keep. */
  readonly idle: number;
  /** Processes that may start at the same time. */
  readonly concurrency: number;
}

/** What a policy of the pool may look at. */
export interface PoolView {
  /** Processes that are warm and have no job. */
  readonly warm: number;
  /** How many there should be: the option `numIdleProcesses`, or less under load. */
  readonly idle: number;
  /** Jobs that wait for a process, this one included. */
  readonly waiting: number;
  /** Processes that have a job. */
  readonly busy: number;
}

/** A job that waits for a process. */
export interface WaitingJob extends PoolView {
  readonly jobId: string;
  /** Who it is in its room: the arguments of `accept`. */
  readonly participation: Participation;
}

/** One process as the pool knows it. */
export interface Member {
  readonly slot: number;
  /** `ending`: it was told to end, or its job is over. */
  readonly phase: 'starting' | 'warm' | 'assigned' | 'running' | 'ending';
  /** The order in which members became warm: the oldest goes first. */
  readonly order: number;
  /** The job it was given. */
  readonly job: Waiting | undefined;
}

/** A job that waits for a process, or was given to one. */
export interface Waiting {
  readonly launch: Launch;
  /** Processes that did not acknowledge it. */
  readonly tries: number;
}

export interface Context extends Input {
  readonly members: readonly Member[];
  readonly queue: readonly Waiting[];
  readonly order: number;
  /** Warm processes to keep, as the policy has it. */
  readonly wanted: number;
  /** Warm processes were asked for when the pool was made. */
  readonly isStore: boolean;
  /** How long the last process took to become warm. */
  readonly startMs: number | undefined;
  /** Jobs that could start in time now; undefined is any number. */
  readonly places: number | undefined;
  /** A policy has failed, which was told. */
  readonly isWary: boolean;
  /** Starts within the last 30 s that never became warm. */
  readonly failures: number;
  /** Failed starts since a process became warm. */
  readonly failuresInARow: number;
  readonly pauseMs: number;
  readonly lastFailure: Failure | undefined;
}

export type Event =
  | Told
  | { readonly type: 'launch'; readonly launch: Launch }
  /** The job must not start any more; nothing more will be told of it. */
  | { readonly type: 'launch.cancel'; readonly jobId: string; readonly reason: string }
  /** Ends a job that was given to a process; one that waits is cancelled. */
  | {
      readonly type: 'job.shutdown';
      readonly jobId: string;
      readonly reason: string;
      readonly graceMs?: number;
    }
  | { readonly type: 'outcome.delivered'; readonly jobId: string }
  | { readonly type: 'target.set'; readonly idle: number }
  /** Warm nothing new; keep `keep` warm processes for accepted offers. Close when nothing is left. */
  | { readonly type: 'drain'; readonly keep: number }
  /** End every job through its shutdown; nothing starts any more. */
  | { readonly type: 'shutdown'; readonly reason: string }
  /** End every process at once; nothing starts any more. */
  | { readonly type: 'kill' }
  | { readonly type: 'failure.forgotten' }
  /** Raised by the pool itself: hand out and start what can be. */
  | { readonly type: 'balance' }
  | DoneActorEvent<Ended, `proc.${number}`>
  | ErrorActorEvent<unknown, `proc.${number}`>;

/** Told to the worker, and emitted for those who run the machine alone. */
export type Emitted =
  | {
      readonly type: 'pool.process';
      readonly slot: number;
      readonly pid: number | undefined;
      readonly timings: Timings;
    }
  /** The wanted number of warm processes is there. */
  | { readonly type: 'pool.ready' }
  /** A process did not become warm. */
  | ({
      readonly type: 'pool.failed';
      readonly slot: number;
      readonly pid: number | undefined;
      readonly error: Failure;
      readonly retryMs: number;
    } & Traces)
  | { readonly type: 'pool.degraded'; readonly error: Failure }
  /** So many jobs can start in time now; undefined is any number. */
  | { readonly type: 'pool.places'; readonly places: number | undefined }
  /** A policy threw, or gave no answer; what it would decide is decided without it. */
  | { readonly type: 'pool.policy'; readonly error: Failure; readonly thrown: string }
  | { readonly type: 'pool.recovered' }
  | { readonly type: 'pool.slow'; readonly slot: number; readonly silentMs: number }
  | {
      readonly type: 'pool.heavy';
      readonly slot: number;
      readonly pid: number | undefined;
      readonly megabytes: number;
      readonly limitMb: number | undefined;
    }
  /** A process died, or had to be ended, and nothing else tells it. */
  | {
      readonly type: 'pool.died';
      readonly slot: number;
      readonly pid: number | undefined;
      /** The job that was over already. */
      readonly jobId: string | undefined;
      readonly error: Failure;
    }
  | {
      readonly type: 'job.started';
      readonly jobId: string;
      readonly slot: number;
      readonly pid: number | undefined;
    }
  | { readonly type: 'job.unstartable'; readonly jobId: string; readonly error: Failure }
  | { readonly type: 'job.finished'; readonly jobId: string; readonly end: JobEnd }
  /** The process of a started job is gone, or free for another one. */
  | {
      readonly type: 'job.exited';
      readonly jobId: string;
      readonly end: JobEnd;
      /** It died without reporting, so its participant may still be in the room. */
      readonly died: boolean;
    };

export interface Output {
  readonly lastFailure: Failure | undefined;
}
