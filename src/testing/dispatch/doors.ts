import { WorkerError } from '../../errors.js';
import type { Seats } from './agents.js';
import {
  addParticipant,
  addTrack,
  changeParticipant,
  removeParticipant,
} from './participant-records.js';
import type { Mutable, RoomRecord } from './records.js';
import type { RoomInput, Rooms } from './room-records.js';
import type { Triggers } from './triggers.js';
import type { Vacancy } from './vacancy.js';

/** What may be changed in rooms by name. */
export const changes = (
  rooms: ReadonlyMap<string, Mutable<RoomRecord>>,
): Pick<Rooms, 'updateMetadata' | 'updateParticipant'> => ({
  updateMetadata: (name, metadata) => {
    const room = rooms.get(name);
    if (room) room.metadata = metadata;
    return room;
  },
  updateParticipant: (name, identity, change) => {
    const room = rooms.get(name);
    return room && changeParticipant(room, identity, change);
  },
});

/** What people in rooms do, and whom it concerns. */
interface Doors {
  readonly rooms: ReadonlyMap<string, Mutable<RoomRecord>>;
  readonly ensure: (input: RoomInput) => Mutable<RoomRecord>;
  readonly triggers: Triggers;
  readonly seats: Seats;
  readonly vacancy: Vacancy;
}

/** People come and go, and publish. */
export function comingAndGoing({
  rooms,
  ensure,
  triggers,
  seats,
  vacancy,
}: Doors): Pick<Rooms, 'join' | 'leave' | 'publish'> {
  return {
    join: (name, input) => {
      const room = ensure({ name });
      const participant = addParticipant(room, input);
      vacancy.changed(room);
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
      vacancy.changed(room);
      seats.left(name, identity);
      return true;
    },
  };
}
