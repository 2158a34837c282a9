import { seatAgents } from './agents.js';
import { changes, comingAndGoing } from './doors.js';
import type { Hub } from './hub.js';
import type { Jobs } from './jobs.js';
import type { DispatchRecord, Mutable, RoomRecord } from './records.js';
import {
  type AgentInput,
  addDispatch,
  newRoom,
  type RoomInput,
  type Rooms,
} from './room-records.js';
import type { Limits } from './server-options.js';
import { createTriggers } from './triggers.js';
import { createVacancy } from './vacancy.js';

/** Starts without rooms. */
export function createRooms(hub: Hub, jobs: Jobs): Rooms {
  const rooms = new Map<string, Mutable<RoomRecord>>();
  const triggers = createTriggers(hub, jobs);
  const seats = seatAgents(hub, jobs, rooms);
  const close = (name: string): boolean => {
    const room = rooms.get(name);
    if (room) vacancy.forget(room);
    seats.roomDeleted(name);
    return rooms.delete(name);
  };
  const vacancy = createVacancy(hub.timers, close);

  const dispatch = (room: Mutable<RoomRecord>, agent: AgentInput): DispatchRecord => {
    const added = addDispatch(room, agent, hub.timers.now());
    triggers.dispatched(room, added);
    return added;
  };
  const ensure = (input: RoomInput): Mutable<RoomRecord> => {
    const found = rooms.get(input.name);
    if (found) return found;
    const room = newRoom(withLimits(input, hub.limits), hub.timers.now());
    rooms.set(room.name, room);
    vacancy.changed(room);
    for (const agent of input.agents ?? [{ agentName: '' }]) dispatch(room, agent);
    return room;
  };
  return {
    list: () => [...rooms.values()],
    find: (name) => rooms.get(name),
    create: ensure,
    delete: close,
    createDispatch: (name, agentName, options = {}) =>
      dispatch(ensure({ name }), { ...options, agentName }),
    deleteDispatch: (id) => {
      const deleted = takeDispatch(rooms.values(), id);
      if (deleted) seats.dispatchDeleted(deleted);
      return deleted;
    },
    ...changes(rooms),
    clear: () => {
      vacancy.forgetAll();
      rooms.clear();
    },
    ...comingAndGoing({ rooms, ensure, triggers, seats, vacancy }),
  };
}

const withLimits = (input: RoomInput, limits: Limits): RoomInput => ({
  ...input,
  emptyTimeout: input.emptyTimeout ?? limits.emptyTimeout,
  departureTimeout: input.departureTimeout ?? limits.departureTimeout,
});

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
