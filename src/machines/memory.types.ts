export interface Input {
  /** Above this many megabytes the process is heavy; `Infinity` is never. */
  readonly warnMb: number;
  /** Above this many megabytes the process has to end; `Infinity` is no limit. */
  readonly limitMb: number;
}

export interface Context extends Input {
  /** What was told last. */
  readonly toldMb: number;
}

export type Event = { readonly type: 'sampled'; readonly megabytes: number };

/** Told to the job process, and emitted for those who run the machine alone. */
export type Emitted =
  /** It uses more than the warning mark, or a tenth more than when this was told last. */
  | { readonly type: 'memory.heavy'; readonly megabytes: number }
  /** It uses more than the limit. Nothing more is told. */
  | { readonly type: 'memory.exceeded'; readonly megabytes: number };
