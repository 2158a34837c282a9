import type { Failure } from '../errors.js';
import type { Secret } from '../secret.js';

/** Which participants of a room get jobs: one per room, per publisher, or per participant. */
export type JobKind = 'room' | 'publisher' | 'participant';

/** A participant as the server described it when it made the job. */
export interface ParticipantRecord {
  readonly sid: string;
  readonly identity: string;
  readonly name: string;
  readonly metadata: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * What the server asks about: a job, before anybody accepted it (LiveKit's availability request).
 */
export interface Offer {
  /** The job's id. */
  readonly id: string;
  /** Which wish for an agent this job fulfils. */
  readonly dispatchId: string;
  readonly kind: JobKind;
  readonly room: { readonly sid: string; readonly name: string; readonly metadata: string };
  /** Whom a publisher or participant job is about. */
  readonly participant: ParticipantRecord | undefined;
  /** The name that the dispatch asked for; empty for automatic dispatch. */
  readonly agentName: string;
  /** What the dispatch says to the agent. */
  readonly metadata: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** The server believes that this job ran before and is to be resumed. */
  readonly resuming: boolean;
  /**
   * The server's whole job record, protobuf in base64. Secret, because it holds a TURN password.
   */
  readonly record: Secret;
}

/** How the agent will appear in the room: the arguments of `accept`. */
export interface Participation {
  readonly name: string;
  readonly identity: string;
  readonly metadata: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * The server's word that an accepted job is ours, with the token for its room (LiveKit: job
 * assignment).
 */
export interface Assignment {
  readonly jobId: string;
  /** Where the room is; empty for the server that the worker is registered with. */
  readonly url: string;
  readonly token: Secret;
  /** The job record as of now, protobuf in base64; undefined when the server left it out. */
  readonly record: Secret | undefined;
}

/** All that a process needs to run one job. */
export interface Launch {
  readonly jobId: string;
  readonly url: string;
  readonly token: Secret;
  readonly record: Secret;
  readonly participation: Participation;
  readonly workerId: string;
}

/** How a job ended. */
export type JobEnd =
  | { readonly outcome: 'success' }
  | { readonly outcome: 'failed'; readonly error: Failure };

/** What a policy may look at beside the offer. Counts do not include the offer itself. */
export interface Capacity {
  /** Jobs that have a process here; one that was reported counts until its process is gone. */
  readonly activeJobs: number;
  /** Offers that are being decided or launched and hold a place. */
  readonly reservedJobs: number;
  /** Those of them that are not decided yet. */
  readonly openOffers: number;
  /** Running and reserved jobs in the offer's own room. */
  readonly jobsInRoom: number;
  /**
   * When the last 256 offers were accepted, the oldest first: milliseconds since 1970, of a clock
   * that does not go backwards (`performance.timeOrigin + performance.now()`).
   */
  readonly acceptedAt: readonly number[];
  /** The option; `Infinity` is no limit. */
  readonly maxJobs: number;
  /** The last load measured, with an estimate for what is reserved or started since; 0 to 1. */
  readonly load: number;
  /** The option; `Infinity` is no limit. */
  readonly loadThreshold: number;
  /** False while the worker warms up, is full, degraded or drains; no policy is asked then. */
  readonly accepting: boolean;
}
