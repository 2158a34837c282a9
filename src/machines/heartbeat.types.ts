export interface Input {
  /** Spreads the heartbeats of many processes, so that they do not all beat at once. */
  readonly slot: number;
}

export interface Context extends Input {
  readonly ref: number;
  /** Milliseconds without an answer, counted in ticks that this process itself was awake for. */
  readonly silentMs: number;
  readonly limitMs: number;
}

export type Event =
  /** The child is warm and idle, for the first time or again: its heart beats, and it has no excuse for silence. */
  | { readonly type: 'rest' }
  /** The child runs a job, which may block for a while. */
  | { readonly type: 'work' }
  | { readonly type: 'ponged'; readonly ref: number };

/** Told to the job process, and emitted for those who run the machine alone. */
export type Emitted =
  | { readonly type: 'pulse.due'; readonly ref: number }
  | { readonly type: 'pulse.slow'; readonly silentMs: number }
  | { readonly type: 'pulse.lost'; readonly silentMs: number };
