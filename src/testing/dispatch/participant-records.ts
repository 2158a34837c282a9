import { nanoid } from 'nanoid';
import { WorkerError } from '../../errors.js';
import type { Mutable, ParticipantRecord, RoomRecord } from './records.js';
import type { ParticipantChange, ParticipantInput } from './room-records.js';

/** Lets somebody in. Who joins again is somebody new, without the tracks of before. */
export function addParticipant(
  room: Mutable<RoomRecord>,
  { identity, name = '', metadata = '', attributes = {}, isAgent = false }: ParticipantInput,
): ParticipantRecord {
  const sid = `PA_${nanoid(12)}`;
  const participant = { sid, identity, name, metadata, attributes, isAgent, tracks: [] };
  removeParticipant(room, identity);
  room.participants = [...room.participants, participant];
  return participant;
}

/** Lets somebody publish, who must be there. */
export function addTrack(
  room: Mutable<RoomRecord>,
  identity: string,
  name: string,
): ParticipantRecord {
  const before = room.participants.find((participant) => participant.identity === identity);
  if (!before) throw new WorkerError('ERR_INVALID_ARGUMENT', 'Nobody of this identity is here.');
  const track = { sid: `TR_${nanoid(12)}`, name };
  const participant = { ...before, tracks: [...before.tracks, track] };
  room.participants = room.participants.map((other) => (other === before ? participant : other));
  return participant;
}

/** Lets somebody out; `false` when nobody of this identity was there. */
export function removeParticipant(room: Mutable<RoomRecord>, identity: string): boolean {
  const left = room.participants.filter((participant) => participant.identity !== identity);
  const wasThere = left.length < room.participants.length;
  room.participants = left;
  return wasThere;
}

/** Changes somebody who is there. */
export function changeParticipant(
  room: Mutable<RoomRecord>,
  identity: string,
  { name, metadata, attributes }: ParticipantChange,
): ParticipantRecord | undefined {
  const before = room.participants.find((participant) => participant.identity === identity);
  if (!before) return undefined;
  const merged = Object.entries({ ...before.attributes, ...attributes });
  const participant = {
    ...before,
    name: name || before.name,
    metadata: metadata || before.metadata,
    attributes: Object.fromEntries(merged.filter(([, value]) => value !== '')),
  };
  room.participants = room.participants.map((other) => (other === before ? participant : other));
  return participant;
}
