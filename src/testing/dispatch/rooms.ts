import { WorkerError } from '../../errors.js';
import { type Seats, seatAgents } from './agents.js';
import type { Hub } from './hub.js';
import type { Jobs } from './jobs.js';
import type { DispatchRecord, Mutable, RoomRecord } from './records.js';
import {
  type AgentInput,
  addDispatch,
  addParticipant,
  addTrack,
  newRoom,
  type RoomInput,
  type Rooms,
  removeParticipant,
} from './room-records.js';
import { createTriggers, type Triggers } from './triggers.js';

/** Starts without rooms. */
export function createRooms(hub: Hub, jobs: Jobs): Rooms {
  const rooms = new Map<string, Mutable<RoomRecord>>();
  const triggers = createTriggers(hub, jobs);
  const seats = seatAgents(hub, jobs, rooms);

  const dispatch = (room: Mutable<RoomRecord>, agent: AgentInput): DispatchRecord => {
    const added = addDispatch(room, agent, hub.timers.now());
    triggers.dispatched(room, added);
    return added;
  };
  const ensure = (input: RoomInput): Mutable<RoomRecord> => {
    const found = rooms.get(input.name);
    if (found) return found;
    const room = newRoom(input, hub.timers.now());
    rooms.set(room.name, room);
    for (const agent of input.agents ?? [{ agentName: '' }]) dispatch(room, agent);
    return room;
  };
  return {
    list: () => [...rooms.values()],
    find: (name) => rooms.get(name),
    create: ensure,
    delete: (name) => {
      seats.roomDeleted(name);
      return rooms.delete(name);
    },
    createDispatch: (name, agentName, options = {}) =>
      dispatch(ensure({ name }), { ...options, agentName }),
    deleteDispatch: (id) => {
      const deleted = takeDispatch(rooms.values(), id);
      if (deleted) seats.dispatchDeleted(deleted);
      return deleted;
    },
    clear: () => rooms.clear(),
    ...comingAndGoing(rooms, ensure, triggers, seats),
  };
}

function comingAndGoing(
  rooms: ReadonlyMap<string, Mutable<RoomRecord>>,
  ensure: (input: RoomInput) => Mutable<RoomRecord>,
  triggers: Triggers,
  seats: Seats,
): Pick<Rooms, 'join' | 'leave' | 'publish'> {
  return {
    join: (name, input) => {
      const room = ensure({ name });
      const participant = addParticipant(room, input);
      triggers.joined(room, participant);
      return participant;
    },
    publish: (name, identity, track = 'track') => {
      const room = rooms.get(name);
      if (!room) throw new WorkerError('ERR_INVALID_ARGUMENT', 'There is no room of this name.');
      const participant = addTrack(room, identity, track);
      if (participant.tracks.length === 1) triggers.published(room, participant);
      return participant;
    },
    leave: (name, identity) => {
      const room = rooms.get(name);
      if (!room || !removeParticipant(room, identity)) return false;
      seats.left(name, identity);
      return true;
    },
  };
}

function takeDispatch(
  rooms: Iterable<Mutable<RoomRecord>>,
  id: string,
): DispatchRecord | undefined {
  for (const room of rooms) {
    const found = room.dispatches.find((dispatch) => dispatch.id === id);
    if (!found) continue;
    room.dispatches = room.dispatches.filter((dispatch) => dispatch !== found);
    return found;
  }
  return undefined;
}
