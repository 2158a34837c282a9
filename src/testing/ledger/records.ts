/** Who ended a connection. Only what a server cut can have been lost on its way to the worker. */
export type ClosedBy = 'server' | 'worker';

/** A job's status as a worker reports it, in words. */
export type JobStatusWord = 'pending' | 'running' | 'success' | 'failed';

/** One actor that stands for a process, as the worker's inspection stream tells it. */
export interface ActorSample {
  readonly slot: string;
  readonly pid: number | undefined;
  /** Whether the actor is in a state in which its process must exist. */
  readonly live: boolean;
}

/** How many of each resource a worker holds. `maps` counts the entries of its maps by name. */
export interface Resources {
  readonly timers: number;
  readonly listeners: number;
  readonly descriptors: number;
  readonly maps: Readonly<Record<string, number>>;
}

/** What the dispatch server saw on the wire. A frame that never left it, or was garbled, is no fact. */
export type WireFact =
  | { readonly type: 'connection.opened'; readonly connection: string; readonly worker: string }
  | { readonly type: 'connection.closed'; readonly connection: string; readonly by: ClosedBy }
  | {
      readonly type: 'offer.sent';
      readonly connection: string;
      readonly jobId: string;
      /** When the answer comes too late, on the clock of `at`. */
      readonly deadline: number;
    }
  | {
      readonly type: 'answer.received';
      readonly connection: string;
      readonly jobId: string;
      readonly available: boolean;
    }
  | { readonly type: 'assignment.sent'; readonly connection: string; readonly jobId: string }
  | {
      readonly type: 'status.received';
      readonly connection: string;
      readonly jobId: string;
      readonly status: JobStatusWord;
      readonly error: string;
    };

/** What a job says about itself, over a socket of its own. */
export type JobFact =
  | { readonly type: 'job.started'; readonly jobId: string; readonly pid: number }
  | { readonly type: 'job.ended'; readonly jobId: string; readonly pid: number };

/**
 * What the harness around a worker adds. `worker` is the name that its connections carry: the API
 * key with which it registers, so workers that are to be told apart get a key pair each.
 */
export type HarnessFact =
  | {
      readonly type: 'capacity.declared';
      readonly worker: string;
      /** `Infinity` is "no limit". A worker without a declared capacity is not held to one. */
      readonly maxJobs: number;
    }
  | {
      readonly type: 'processes.sampled';
      readonly worker: string;
      readonly when: 'atRest' | 'afterExit';
      readonly livePids: readonly number[];
      readonly actors: readonly ActorSample[];
    }
  | ({ readonly type: 'baseline.measured'; readonly worker: string } & Resources)
  | ({ readonly type: 'rest.measured'; readonly worker: string } & Resources)
  | {
      readonly type: 'pool.rested';
      readonly worker: string;
      readonly target: number;
      readonly idle: number;
    }
  | {
      readonly type: 'worker.exited';
      readonly worker: string;
      readonly code: number | null;
      readonly expectedCodes: readonly (number | null)[];
      readonly survivors: readonly number[];
    };

/** A fact before it has a time. */
export type LedgerFact = WireFact | JobFact | HarnessFact;

/** One line of the ledger: a fact and when it was seen, in milliseconds. */
export type LedgerRecord = LedgerFact & { readonly at: number };

/** The record of one type. */
export type RecordOf<Type extends LedgerFact['type']> = Extract<LedgerRecord, { type: Type }>;

/** What must always hold; design and documentation number them so. */
export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8';

/** One broken promise. Its message names ids and numbers only, never rooms, people or metadata. */
export interface Violation {
  readonly invariant: Invariant;
  readonly message: string;
  readonly jobId?: string;
  readonly connection?: string;
  readonly worker?: string;
  readonly pid?: number;
}

/** The records of one type, in the order in which they were written. */
export const recordsOf = <Type extends LedgerFact['type']>(
  records: readonly LedgerRecord[],
  type: Type,
): RecordOf<Type>[] =>
  records.filter((record): record is RecordOf<Type> & LedgerRecord => record.type === type);

/** Groups in the order of first appearance. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
