import type { ServerMessage } from '@livekit/protocol';
import type { Secret } from '../../secret.js';
import type { Frame } from './frame-record.js';
import type { Observers } from './observers.js';
import type { JobRecord, RoomRecord, WorkerRecord } from './records.js';
import type { RoomInput, Rooms } from './room-records.js';
import type { ScriptHandle, ScriptRule } from './script.js';
import type { SimulatedJobInput } from './simulated-job.js';

/** What happens in the rooms of a test server. All of it takes effect before the call returns. */
export interface RoomControls
  extends Pick<Rooms, 'createDispatch' | 'deleteDispatch' | 'join' | 'leave' | 'publish'> {
  /** Creates a room and dispatches its agents; a room that exists is returned as it is. */
  createRoom(input: RoomInput): RoomRecord;
  /** Deletes a room and ends the jobs whose agent has joined. */
  deleteRoom(name: string): boolean;
}

/** What goes wrong on purpose. */
export interface FaultControls {
  /** Lets a fault meet the frames that match. */
  script(rule: ScriptRule): ScriptHandle;
  /** Cuts the connection at the next registrations; returns what ends that. */
  refuseRegistration(times?: number): () => void;
  /** Answers the next upgrades of `/agent` with this status; returns what ends that. */
  rejectUpgrade(
    status: number,
    headers?: Readonly<Record<string, string>>,
    times?: number,
  ): () => void;
  /**
   * Sends a worker whatever you like: a message through the script, or raw bytes or text past it.
   *
   * @throws WorkerError `ERR_INVALID_ARGUMENT` when no such worker is registered.
   */
  send(workerId: string, message: ServerMessage['message'] | Uint8Array | string): void;
  /**
   * Cuts every connection, forgets rooms, dispatches and what was under way, and listens again on
   * the same port. The records of jobs stay.
   */
  restart(options?: { readonly whileDown?: () => void | Promise<void> }): Promise<void>;
}

/** A running dispatch server: what tests look at and what they do to it. */
export interface TestServer extends RoomControls, FaultControls, Pick<Observers, 'on' | 'waitFor'> {
  /** Address for workers: `ws://127.0.0.1:<port>`. */
  readonly url: string;
  /** Address for API clients: `http://127.0.0.1:<port>`. */
  readonly httpUrl: string;
  readonly port: number;
  /** The key of the first pair. */
  readonly apiKey: string;
  /** The secret of the first pair. */
  readonly apiSecret: Secret;
  /** Every room there is. */
  readonly rooms: readonly RoomRecord[];
  /** Every job so far, oldest first. */
  readonly jobs: readonly JobRecord[];
  /** Who is registered now. */
  readonly workers: readonly WorkerRecord[];
  /** The newest frames of all connections, in the order of the wire. */
  readonly frames: readonly Frame[];
  /**
   * Offers a job to one worker, full or not, which no dispatch asked for: what `SimulateJob` of the
   * protocol does.
   *
   * @throws WorkerError `ERR_INVALID_ARGUMENT` when no such worker is registered.
   */
  simulateJob(workerId: string, input: SimulatedJobInput): JobRecord;
  /** Tells the worker to end a job; `false` when it ended or its connection is gone. */
  terminate(jobId: string): boolean;
  /** Cuts every connection and frees the port and every timer. */
  stop(): Promise<void>;
}
