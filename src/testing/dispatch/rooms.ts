import { nanoid } from 'nanoid';
import { WorkerError } from '../../errors.js';
import { seatAgents } from './agents.js';
import type { Hub } from './hub.js';
import type { Jobs } from './jobs.js';
import type { DispatchRecord, Mutable, ParticipantRecord, RoomRecord } from './records.js';
import { createTriggers, type Triggers } from './triggers.js';

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
}

/** Who joins. */
export interface ParticipantInput {
  readonly identity: string;
  readonly name?: string;
  readonly metadata?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  /** Agents trigger no jobs. */
  readonly isAgent?: boolean;
}

/** The rooms of one server, in memory and without media. */
export interface Rooms {
  list(): readonly RoomRecord[];
  find(name: string): RoomRecord | undefined;
  create(input: RoomInput): RoomRecord;
  delete(name: string): boolean;
  join(room: string, input: ParticipantInput): ParticipantRecord;
  publish(room: string, identity: string, track?: string): ParticipantRecord;
  leave(room: string, identity: string): boolean;
  createDispatch(
    room: string,
    agentName: string,
    options?: Omit<AgentInput, 'agentName'>,
  ): DispatchRecord;
  deleteDispatch(dispatchId: string): DispatchRecord | undefined;
  clear(): void;
}

/** Starts without rooms. */
export function createRooms(hub: Hub, jobs: Jobs): Rooms {
  const rooms = new Map<string, Mutable<RoomRecord>>();
  const triggers = createTriggers(hub, jobs);
  const seats = seatAgents(hub, jobs, rooms);

  const ensure = (input: RoomInput): Mutable<RoomRecord> => {
    const found = rooms.get(input.name);
    if (found) return found;
    const room = newRoom(input, hub.timers.now());
    rooms.set(room.name, room);
    for (const agent of input.agents ?? [{ agentName: '' }])
      addDispatch(hub, triggers, room, agent);
    return room;
  };
  const mustFind = (name: string): Mutable<RoomRecord> => {
    const room = rooms.get(name);
    if (!room) throw new WorkerError('ERR_INVALID_ARGUMENT', 'There is no room of this name.');
    return room;
  };
  const remove = (name: string, identity: string): boolean => {
    const room = rooms.get(name);
    const found = room?.participants.some((participant) => participant.identity === identity);
    if (!room || !found) return false;
    room.participants = without(room.participants, identity);
    seats.left(name, identity);
    return true;
  };

  return {
    list: () => [...rooms.values()],
    find: (name) => rooms.get(name),
    create: ensure,
    delete: (name) => {
      seats.roomDeleted(name);
      return rooms.delete(name);
    },
    join: (name, input) => join(triggers, ensure({ name }), input),
    publish: (name, identity, track = 'track') =>
      publish(triggers, mustFind(name), identity, track),
    leave: remove,
    createDispatch: (name, agentName, options = {}) =>
      addDispatch(hub, triggers, ensure({ name }), { ...options, agentName }),
    deleteDispatch: (id) => {
      const room = [...rooms.values()].find(({ dispatches }) =>
        dispatches.some((d) => d.id === id),
      );
      const dispatch = room?.dispatches.find((candidate) => candidate.id === id);
      if (room) room.dispatches = room.dispatches.filter((candidate) => candidate.id !== id);
      if (dispatch) seats.dispatchDeleted(dispatch);
      return dispatch;
    },
    clear: () => rooms.clear(),
  };
}

const newRoom = ({ name, metadata = '' }: RoomInput, createdAt: number): Mutable<RoomRecord> => ({
  sid: `RM_${nanoid(12)}`,
  name,
  metadata,
  createdAt,
  participants: [],
  dispatches: [],
});

function addDispatch(
  hub: Hub,
  triggers: Triggers,
  room: Mutable<RoomRecord>,
  { agentName, metadata = '', attributes = {}, deployment = '' }: AgentInput,
): DispatchRecord {
  const dispatch = {
    id: `AD_${nanoid(12)}`,
    room: room.name,
    agentName,
    metadata,
    attributes,
    deployment,
    createdAt: hub.timers.now(),
  };
  room.dispatches = [...room.dispatches, dispatch];
  triggers.dispatched(room, dispatch);
  return dispatch;
}

/** Somebody who joins again is somebody new: the tracks are gone and the jobs start again. */
function join(
  triggers: Triggers,
  room: Mutable<RoomRecord>,
  { identity, name = '', metadata = '', attributes = {}, isAgent = false }: ParticipantInput,
): ParticipantRecord {
  const sid = `PA_${nanoid(12)}`;
  const participant = { sid, identity, name, metadata, attributes, isAgent, tracks: [] };
  room.participants = [...without(room.participants, identity), participant];
  triggers.joined(room, participant);
  return participant;
}

function publish(
  triggers: Triggers,
  room: Mutable<RoomRecord>,
  identity: string,
  name: string,
): ParticipantRecord {
  const before = room.participants.find((participant) => participant.identity === identity);
  if (!before) throw new WorkerError('ERR_INVALID_ARGUMENT', 'Nobody of this identity is here.');
  const track = { sid: `TR_${nanoid(12)}`, name };
  const participant = { ...before, tracks: [...before.tracks, track] };
  room.participants = room.participants.map((other) => (other === before ? participant : other));
  if (before.tracks.length === 0) triggers.published(room, participant);
  return participant;
}

const without = (participants: readonly ParticipantRecord[], identity: string) =>
  participants.filter((participant) => participant.identity !== identity);
