import type { ErrorActorEvent } from 'xstate';
import type { Failure } from '../errors.js';
import type { Secret } from '../secret.js';
import type { Assignment, JobKind, Offer, Participation } from './job.types.js';

/** What agents may do in rooms; the server writes it into the token of each job. */
export interface Permissions {
  /** Publish tracks. */
  readonly canPublish: boolean;
  /** Receive tracks of others. */
  readonly canSubscribe: boolean;
  /** Send data messages. */
  readonly canPublishData: boolean;
  /** Change its own metadata and attributes. */
  readonly canUpdateMetadata: boolean;
  /** Only tracks of these sources; an empty list is no restriction. */
  readonly canPublishSources: readonly string[];
  /** Invisible to other participants. */
  readonly hidden: boolean;
}

/** How the worker introduces itself (LiveKit: register). */
export interface Registration {
  /** What gets a job of its own. */
  readonly workerType: JobKind;
  /** For explicit dispatch; empty for automatic dispatch. */
  readonly agentName: string;
  readonly version: string;
  /** Only dispatches with the same label reach this worker. */
  readonly deployment: string;
  readonly permissions: Permissions;
}

/** The API key and secret of a LiveKit project. It travels only inside a `Secret`. */
export interface KeyPair {
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** What the server says of itself when it registers a worker. */
export interface ServerInfo {
  readonly edition: string;
  readonly version: string;
  readonly region: string;
  readonly nodeId: string;
}

/** The worker's state as the server sees it (LiveKit: update worker); always sent whole. */
export interface Report {
  readonly status: 'available' | 'full';
  /** As sent: scaled so that the worker's own threshold meets the server's. */
  readonly load: number;
  readonly jobIds: readonly string[];
}

/** One line of a job's life at the server (LiveKit: update job). */
export interface JobStatus {
  readonly jobId: string;
  readonly status: 'running' | 'success' | 'failed';
  readonly error: string;
}

/** The answer to one offer (LiveKit: availability response). */
export interface Answer {
  readonly jobId: string;
  readonly available: boolean;
  /** With a no: ends the job for all workers. */
  readonly terminate: boolean;
  /** With a yes: how the agent will appear in the room. */
  readonly participation: Participation | undefined;
}

/** Worker to server, one member per message of the protocol. */
export type Message =
  | ({ readonly kind: 'register' } & Registration)
  | ({ readonly kind: 'answer' } & Answer)
  | ({ readonly kind: 'report' } & Report)
  | ({ readonly kind: 'status' } & JobStatus)
  | { readonly kind: 'migrate'; readonly jobIds: readonly string[] }
  /** Asks for a `server.ponged`; `at` is in milliseconds, and comes back. */
  | { readonly kind: 'ping'; readonly at: number };

/** How a socket finds its way. Everything may be left out. */
export interface SocketOptions {
  /** The proxy to go through; `null` is none, undefined leaves it to the environment. */
  readonly httpProxy?: Secret | null | undefined;
  /** A PEM file of certificates that are trusted beside Node's own; read for each connection. */
  readonly caFile?: string | undefined;
  /** What a hosted agent shows to its server, beside the key pair. */
  readonly workerToken?: Secret | undefined;
  /** JSON in text frames instead of protobuf, for eyes on the wire. */
  readonly textFrames?: boolean | undefined;
}

/** Where a socket connects, and with which key pair it signs its token. */
export interface SocketInput {
  readonly url: string;
  readonly credentials: Secret<KeyPair>;
  readonly options?: SocketOptions | undefined;
}

/** Commands to the socket. */
export type Command =
  /** `ref` comes back in `socket.wrote` once the frame left the process. */
  | { readonly type: 'send'; readonly message: Message; readonly ref?: string }
  /** Measures the way to the server's own code and back. */
  | { readonly type: 'measure' }
  /** `ref` comes back in `socket.ponged`. */
  | { readonly type: 'ping'; readonly ref: number }
  | { readonly type: 'close' };

/** Facts from the socket. `jitter` is a random number from 0 to 1, since machines have no dice. */
export type Fact =
  | { readonly type: 'socket.opened'; readonly jitter: number }
  | {
      readonly type: 'socket.refused';
      readonly status: number;
      readonly jitter: number;
      /** How long the server asks to wait. */
      readonly retryAfterMs?: number;
    }
  | { readonly type: 'socket.failed'; readonly error: Failure; readonly jitter: number }
  | { readonly type: 'socket.closed'; readonly code: number; readonly jitter: number }
  /** Any sign of life: it comes before the fact it belongs to. */
  | { readonly type: 'socket.heard' }
  | { readonly type: 'socket.wrote'; readonly ref: string }
  /** A report left the process. */
  | { readonly type: 'socket.reported' }
  | { readonly type: 'socket.ponged'; readonly ref: number }
  | { readonly type: 'frame.malformed' }
  | { readonly type: 'server.registered'; readonly workerId: string; readonly server: ServerInfo }
  /** `lateMs`: how long it may have waited to be read, since this process stood still. */
  | { readonly type: 'server.offered'; readonly offer: Offer; readonly lateMs?: number }
  | { readonly type: 'server.assigned'; readonly assignment: Assignment }
  | { readonly type: 'server.terminated'; readonly jobId: string }
  /** The answer to a `measure`: when that was sent, and when this came, both in milliseconds. */
  | { readonly type: 'server.ponged'; readonly pingedAt: number; readonly heardAt?: number };

export interface Input {
  readonly slot: number;
  readonly url: string;
  readonly credentials: Secret<KeyPair>;
  readonly options?: SocketOptions | undefined;
  readonly registration: Registration;
  /** Consecutive attempts that may fail to register, while no job runs; `Infinity` is no limit. */
  readonly maxRetry: number;
  /** Whether a silent link also measures the way to the server. */
  readonly measureRoundTrip?: boolean | undefined;
}

export interface Context extends Input {
  readonly workerId: string;
  /** Attempts in a row that never got registered, but for those made while jobs run. */
  readonly failures: number;
  /** Attempts in a row answered with 401 or 403. */
  readonly refusals: number;
  /** Steps of the backoff; it outlives a registration of under ten seconds. */
  readonly step: number;
  readonly pauseMs: number;
  /** The last random number a fact brought. */
  readonly jitter: number;
  /** Unreadable frames of the last ten seconds. */
  readonly malformed: number;
  /** An unreadable frame was told of within the last second. */
  readonly hushed: boolean;
  readonly report: Report | undefined;
  /** Reports on their way to the server. */
  readonly unwritten: number;
  /** The newest report waits for one that is on its way. */
  readonly reportWaits: boolean;
  /** Statuses that the server may not have, in order. */
  readonly outbox: readonly (JobStatus & { readonly ref: number })[];
  /** Changes of the worker's own status that the server may not have read, in order. */
  readonly unproven: readonly (Pick<Report, 'status'> & { readonly ref: number })[];
  /** Number of the newest status, of a job or of the worker; pings carry it. */
  readonly ref: number;
  /** Asked to close: it stays for its statuses alone, and not for long. */
  readonly leaving: boolean;
  /** Why the link is lost, or failed. */
  readonly failure: Failure | undefined;
}

export type Event =
  | Fact
  | ({ readonly type: 'report' } & Report)
  | ({ readonly type: 'answer' } & Answer)
  | ({ readonly type: 'status' } & JobStatus)
  | { readonly type: 'close' }
  | { readonly type: 'goodbye.over' }
  | { readonly type: 'malformed.forgotten' }
  | { readonly type: 'hush.over' }
  | ErrorActorEvent<unknown, 'socket'>;

/** Told to the worker, and emitted for those who run the machine alone. */
export type Emitted =
  | {
      readonly type: 'link.registered';
      readonly slot: number;
      readonly workerId: string;
      readonly server: ServerInfo;
    }
  | {
      readonly type: 'link.lost';
      readonly slot: number;
      readonly error: Failure;
      readonly retryMs: number;
    }
  /** A frame could not be read; told once a second at most. */
  | { readonly type: 'link.garbled'; readonly slot: number; readonly error: Failure }
  | { readonly type: 'link.failed'; readonly slot: number; readonly error: Failure }
  | {
      readonly type: 'link.offered';
      readonly slot: number;
      readonly offer: Offer;
      /** How long the offer may have waited to be read. */
      readonly lateMs?: number | undefined;
    }
  | { readonly type: 'link.assigned'; readonly slot: number; readonly assignment: Assignment }
  | { readonly type: 'link.terminated'; readonly slot: number; readonly jobId: string }
  | { readonly type: 'link.answered'; readonly slot: number; readonly jobId: string }
  /** The server has read that the worker takes jobs, or that it takes none. */
  | { readonly type: 'link.reported'; readonly slot: number; readonly status: Report['status'] }
  /** The way to the server and back; only with `measureRoundTrip`. */
  | { readonly type: 'link.measured'; readonly slot: number; readonly roundTripMs: number }
  /** The server has this terminal status. */
  | { readonly type: 'link.delivered'; readonly slot: number; readonly jobId: string };

export interface Output {
  readonly slot: number;
  readonly failure: Failure | undefined;
  /** Statuses that never reached the server. */
  readonly undelivered: number;
}
