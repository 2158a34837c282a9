import { nanoid } from 'nanoid';
import type { DispatchRecord, Mutable, ParticipantRecord, RoomRecord } from './records.js';

/** Which agent a dispatch asks for. */
export interface AgentInput {
  readonly agentName: string;
  readonly metadata?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly deployment?: string;
}

/** A new room. Without a list of agents it gets the automatic dispatch; an empty list is none. */
export interface RoomInput {
  readonly name: string;
  readonly metadata?: string;
  readonly agents?: readonly AgentInput[];
  /** Milliseconds; default is the server's. See {@link RoomRecord.emptyTimeout}. */
  readonly emptyTimeout?: number;
  /** Milliseconds; default is the server's. See {@link RoomRecord.departureTimeout}. */
  readonly departureTimeout?: number;
  readonly maxParticipants?: number;
}

/** What may be changed of somebody. An empty text changes nothing, but removes an attribute. */
export type ParticipantChange = Pick<ParticipantRecord, 'name' | 'metadata' | 'attributes'>;

/** Who joins. */
export interface ParticipantInput {
  readonly identity: string;
  readonly name?: string;
  readonly metadata?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  /** Agents trigger no jobs. */
  readonly isAgent?: boolean;
}

/** An empty room. */
export const newRoom = (
  {
    name,
    metadata = '',
    emptyTimeout = Number.POSITIVE_INFINITY,
    departureTimeout = Number.POSITIVE_INFINITY,
    maxParticipants = 0,
  }: RoomInput,
  createdAt: number,
): Mutable<RoomRecord> => ({
  sid: `RM_${nanoid(12)}`,
  name,
  metadata,
  emptyTimeout,
  departureTimeout,
  maxParticipants,
  createdAt,
  participants: [],
  dispatches: [],
});

/** Files a dispatch in its room. */
export function addDispatch(
  room: Mutable<RoomRecord>,
  { agentName, metadata = '', attributes = {}, deployment = '' }: AgentInput,
  createdAt: number,
): DispatchRecord {
  const id = `AD_${nanoid(12)}`;
  const dispatch = { id, room: room.name, agentName, metadata, attributes, deployment, createdAt };
  room.dispatches = [...room.dispatches, dispatch];
  return dispatch;
}

/** The rooms of one server, in memory and without media. */
export interface Rooms {
  list(): readonly RoomRecord[];
  find(name: string): RoomRecord | undefined;
  create(input: RoomInput): RoomRecord;
  delete(name: string): boolean;
  /** Lets somebody in; the room is made if there is none. */
  join(room: string, input: ParticipantInput): ParticipantRecord;
  /**
   * Has somebody publish a track; the first of each starts the job of a publisher worker.
   *
   * @throws WorkerError `ERR_INVALID_ARGUMENT` without such a room or participant.
   */
  publish(room: string, identity: string, track?: string): ParticipantRecord;
  /** Lets somebody out; `false` when nobody of this identity was there. */
  leave(room: string, identity: string): boolean;
  /** Asks for an agent by name; the room is made if there is none. */
  createDispatch(
    room: string,
    agentName: string,
    options?: Omit<AgentInput, 'agentName'>,
  ): DispatchRecord;
  /** Takes a wish back and has its agents leave. */
  deleteDispatch(dispatchId: string): DispatchRecord | undefined;
  /** Changes a room's metadata. Who is in it does not hear of it. */
  updateMetadata(room: string, metadata: string): RoomRecord | undefined;
  /** Changes somebody in a room. Nobody hears of it. */
  updateParticipant(
    room: string,
    identity: string,
    change: ParticipantChange,
  ): ParticipantRecord | undefined;
  clear(): void;
}
