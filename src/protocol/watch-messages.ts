/** The descriptor over which a worker and the thread that watches a child talk. */
export const watchedPipe = 4;

/** What a worker says to have a child described: anything at all. */
export const question = 'describe\n';

/** A frame of the code that a child was busy with, outermost last. */
export interface Frame {
  readonly function: string;
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/** What a thread of a child found out, as one line of JSON. */
export interface Description {
  /** Undefined when no JavaScript runs: in native code, in a call that waits, or in a stopped process. */
  readonly stack: readonly Frame[] | undefined;
  /** Node's diagnostic report without the environment; of the thread itself if there is no stack. */
  readonly report: unknown;
}
