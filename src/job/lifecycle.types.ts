import type { Failure } from '../errors.js';
import type { ToChild, ToParent } from '../protocol/child-messages.js';

/** The order to start a job, as the parent sent it. */
export type StartOrder = Extract<ToChild, { type: 'start' }>;
/** The order to become warm, as the parent sent it. */
export type InitializeOrder = Extract<ToChild, { type: 'initialize' }>;

/** The exit code of this process: 1 after a failed start or an error that nobody caught. */
export type ExitCode = 0 | 1;

/** Where a child process is in its life. There is no other record of it. */
export type Phase =
  /** The runner answers and waits for its first order. */
  | { readonly name: 'waiting' }
  /** The user's module is imported and its prewarm function runs. */
  | { readonly name: 'preparing'; readonly graceMs: number }
  | { readonly name: 'idle'; readonly graceMs: number }
  | {
      readonly name: 'running';
      readonly graceMs: number;
      readonly entrypoint: 'pending' | 'returned';
      readonly isClean: boolean;
    }
  /** The job ends; its entrypoint may still settle. */
  | {
      readonly name: 'closing';
      readonly graceMs: number;
      readonly reason: string;
      readonly isClean: boolean;
    }
  /** The outcome was told; the parent says when it is at the server. */
  | {
      readonly name: 'reported';
      readonly graceMs: number;
      readonly reason: string;
      readonly code: ExitCode;
      /** Nothing speaks against another job after this one: it is over, and broke nothing. */
      readonly isClean: boolean;
    }
  /** The room is left and the shutdown callbacks run. */
  | {
      readonly name: 'leaving';
      readonly graceMs: number;
      readonly code: ExitCode;
      /** Another job may follow. */
      readonly stays: boolean;
    }
  | { readonly name: 'exiting' }
  /** The parent is gone. */
  | { readonly name: 'orphaned' };

/** The phase of a name. */
export type PhaseOf<Name> = Extract<Phase, { name: Name }>;

/** What may happen to a child process: orders, facts of the job, and limits that passed. */
export type Event =
  | Exclude<ToChild, { type: 'ping' | 'expose' }>
  | { readonly type: 'prepared'; readonly timings: Readonly<Record<string, number>> }
  | { readonly type: 'preparation.failed'; readonly error: Failure }
  | { readonly type: 'entrypoint.returned' }
  /** `aborted`: it rejected because its signal was aborted. */
  | { readonly type: 'entrypoint.threw'; readonly error: Failure; readonly aborted: boolean }
  | { readonly type: 'end.requested'; readonly reason: string }
  | { readonly type: 'room.disconnected' }
  | { readonly type: 'grace.passed' }
  | { readonly type: 'leaveTimeout.passed' }
  /** `isClean`: all of it was done, in time. */
  | { readonly type: 'cleaned'; readonly isClean: boolean }
  /** A promise of the job was rejected and nobody handled it, which breaks nothing. */
  | { readonly type: 'soiled' }
  /** An exception or a rejection that nobody caught. */
  | { readonly type: 'crashed'; readonly error: Failure }
  | { readonly type: 'channel.closed' };

/** What the runner is to do, in this order. */
export type Effect =
  | { readonly type: 'prepare'; readonly order: InitializeOrder }
  | { readonly type: 'run'; readonly order: StartOrder }
  | { readonly type: 'tell'; readonly message: ToParent }
  | { readonly type: 'abort'; readonly reason: string }
  | { readonly type: 'armGrace'; readonly ms: number }
  | { readonly type: 'armLeaveTimeout' }
  /** `stays`: leave nothing to a next job. */
  | { readonly type: 'cleanUp'; readonly reason: string; readonly stays: boolean }
  /** The limits of the job's end count no more. */
  | { readonly type: 'disarm' }
  /** The job is over: nothing of it is for the next one. */
  | { readonly type: 'forget' }
  | { readonly type: 'warn'; readonly message: string }
  | { readonly type: 'exit'; readonly code: ExitCode }
  /** Clean up within a second, then end the whole process group. */
  | { readonly type: 'perish'; readonly reason: string };

/** The next phase, and what to do on the way. */
export type Step = readonly [Phase, readonly Effect[]];

/** How effects of some types are performed. */
export type Perform<Type extends Effect['type']> = {
  readonly [Name in Type]: (effect: Extract<Effect, { type: Name }>) => void;
};
