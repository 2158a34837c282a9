import type { Output as WorkerEnd } from '../machines/worker.types.js';

/** The two ways in which an operating system asks a program to end. */
export type Signal = 'SIGINT' | 'SIGTERM';

/** Commands to the worker. */
export type Command = { readonly type: 'drain' } | { readonly type: 'halt' };

/** Facts from the operating system and from the worker. */
export type Event =
  | { readonly type: 'signal.received'; readonly signal: Signal }
  | { readonly type: 'worker.ended'; readonly end: WorkerEnd }
  /** A bug: workers end, also when they fail. */
  | { readonly type: 'worker.crashed'; readonly error: unknown };

export interface Output {
  /** The signal that forced the end: the second one. */
  readonly forcedBy: Signal | undefined;
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
  | { readonly type: 'session.halting'; readonly signal: Signal };
