import type { Secret } from '../../secret.js';
import type { JobStatusWord } from '../ledger/records.js';
import type { Frame } from './frame-record.js';

/** What starts a job: a room, a participant who publishes, a participant who joins. */
export type JobTypeWord = 'room' | 'publisher' | 'participant';

/**
 * How the search for a worker went: still `offering`; `assigned`; `unserved`, no worker could be
 * asked; `refused` by all that were asked; `lost`, a worker kept silent or the deadline passed;
 * `ended`, a worker asked to end the job for everybody.
 */
export type DispatchOutcome = 'offering' | 'assigned' | 'unserved' | 'refused' | 'lost' | 'ended';

/** One worker's answer to one offer; `closed` is a connection that ended without one. */
export interface AnswerRecord {
  readonly worker: string;
  readonly answer: 'accepted' | 'refused' | 'terminated' | 'closed' | 'none';
  readonly at: number;
}

/** One job status as it arrived, also when it changed nothing. */
export interface StatusRecord {
  readonly worker: string;
  readonly status: JobStatusWord;
  readonly error: string;
  readonly at: number;
}

/** Everything the server knows about a job. Live: it changes as the job does. */
export interface JobRecord {
  readonly id: string;
  /** Empty for a simulated job. */
  readonly dispatchId: string;
  readonly type: JobTypeWord;
  readonly room: string;
  readonly agentName: string;
  readonly metadata: string;
  /** Identity of the participant that a publisher or participant job is for. */
  readonly participant: string | undefined;
  readonly dispatch: DispatchOutcome;
  /** The first terminal status counts; what comes later is kept in `statuses` only. */
  readonly status: JobStatusWord;
  readonly error: string;
  /** Id of the connection that the job was assigned to. */
  readonly worker: string | undefined;
  /** Identity, chosen by the worker, under which the agent joins. */
  readonly agentIdentity: string | undefined;
  readonly token: Secret | undefined;
  readonly answers: readonly AnswerRecord[];
  readonly statuses: readonly StatusRecord[];
  readonly createdAt: number;
  readonly assignedAt: number | undefined;
  /** When the worker was told to end the job. */
  readonly terminatedAt: number | undefined;
  readonly endedAt: number | undefined;
}

/** What `T` is while this server works on it. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A registered worker: one connection, since a worker that returns gets a new id. */
export interface WorkerRecord {
  readonly id: string;
  /** Name in the ledger: the API key that its token was signed with. */
  readonly name: string;
  readonly type: JobTypeWord;
  readonly agentName: string;
  readonly namespace: string;
  readonly deployment: string;
  readonly version: string;
  readonly status: 'available' | 'full';
  readonly load: number;
  readonly jobCount: number;
  /** Ids of the jobs assigned over this connection and not ended. */
  readonly jobs: readonly string[];
  /** Ids that `migrate_job` named. The open server ignores them, and so does this one. */
  readonly migrated: readonly string[];
}

/** Who is in a room, as it was when it was looked at. */
export interface ParticipantRecord {
  readonly sid: string;
  readonly identity: string;
  readonly name: string;
  readonly metadata: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly isAgent: boolean;
  readonly tracks: readonly { readonly sid: string; readonly name: string }[];
}

/** A standing wish for an agent in a room. */
export interface DispatchRecord {
  readonly id: string;
  readonly room: string;
  /** Empty for the automatic dispatch, which unnamed workers serve. */
  readonly agentName: string;
  readonly metadata: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly deployment: string;
  readonly createdAt: number;
}

/** A room. Live. */
export interface RoomRecord {
  readonly sid: string;
  readonly name: string;
  readonly metadata: string;
  /** Milliseconds until it closes, counted from its creation while nobody but agents has joined. */
  readonly emptyTimeout: number;
  /** Milliseconds until it closes, counted from when all but the agents have left. */
  readonly departureTimeout: number;
  /** Kept and told, but nobody is kept out. */
  readonly maxParticipants: number;
  readonly createdAt: number;
  readonly participants: readonly ParticipantRecord[];
  readonly dispatches: readonly DispatchRecord[];
}

/** What {@link TestServer.on} reports, by name. */
export interface ServerEvents {
  /** A worker is registered and may be asked. */
  readonly 'worker.registered': WorkerRecord;
  /** It said how it is: status, load, jobs. */
  readonly 'worker.updated': WorkerRecord;
  /** Its connection is gone. */
  readonly 'worker.closed': WorkerRecord;
  readonly 'job.created': JobRecord;
  /** A worker is asked. */
  readonly 'job.offered': JobRecord;
  readonly 'job.answered': JobRecord;
  /** The search for a worker is over, whatever came of it. */
  readonly 'job.dispatched': JobRecord;
  /** A worker sent a status. */
  readonly 'job.updated': JobRecord;
  /** The worker was told to end it. */
  readonly 'job.terminated': JobRecord;
  /** A frame crossed the wire, or met a fault. */
  readonly frame: Frame;
}
