import type { FaultFact } from '../actors/process-faults.actor.js';
import type { Output as WorkerEnd } from '../machines/worker.types.js';

/** The two ways in which an operating system asks a program to end. */
export type Signal = 'SIGINT' | 'SIGTERM';

/** What nobody caught in the worker's own process. */
export type Fault = FaultFact['fault'];

/** Commands to the worker. */
export type Command =
  | { readonly type: 'drain' }
  | { readonly type: 'stop' }
  | { readonly type: 'halt' };

/** Facts from the operating system, from this process and from the worker. */
export type Event =
  | { readonly type: 'signal.received'; readonly signal: Signal }
  | FaultFact
  | { readonly type: 'worker.ended'; readonly end: WorkerEnd }
  /** A bug: workers end, also when they fail. */
  | { readonly type: 'worker.crashed'; readonly error: unknown };

export interface Output {
  /** The signal that forced the end: the second one. */
  readonly forcedBy: Signal | undefined;
  /** The exception that ended the worker. */
  readonly brokenBy: Fault | undefined;
  /** Undefined when the worker had to be left behind. */
  readonly end: WorkerEnd | undefined;
}

export interface Context extends Output {
  /** The signal that asked for the end: the first one. */
  readonly askedBy: Signal | undefined;
}

/** What people at the terminal are told. */
export type Emitted =
  | { readonly type: 'session.draining'; readonly signal: Signal }
  | { readonly type: 'session.halting'; readonly signal: Signal }
  /** An exception that nobody caught ends the worker. */
  | { readonly type: 'session.breaking'; readonly fault: Fault }
  /** Another one, while the worker was ending: it is left behind. */
  | { readonly type: 'session.leaving'; readonly fault: Fault }
  /** A rejection that nobody handled. The worker goes on. */
  | { readonly type: 'session.rejection'; readonly fault: Fault };
