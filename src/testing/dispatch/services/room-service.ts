import {
  CreateRoomRequest,
  DeleteRoomRequest,
  DeleteRoomResponse,
  ListParticipantsRequest,
  ListParticipantsResponse,
  ListRoomsRequest,
  ListRoomsResponse,
  RemoveParticipantResponse,
  RoomParticipantIdentity,
  UpdateParticipantRequest,
  UpdateRoomMetadataRequest,
} from '@livekit/protocol';
import { toParticipantInfo, toRoomInfo } from '../infos.js';
import type { ParticipantRecord, RoomRecord } from '../records.js';
import type { Rooms } from '../room-records.js';
import { type Failed, type Grants, type Method, method } from './method.js';
import { sizeProblem } from './sizes.js';

const mayCreate = (grants: Grants): boolean => grants.roomCreate === true;
const mayList = (grants: Grants): boolean => grants.roomList === true;

/** Whether a token is for the administration of this very room. */
export const isAdmin = (grants: Grants, { room }: { readonly room: string }): boolean =>
  grants.roomAdmin === true && (grants.room ?? '') === room;

/** The calls of RoomService that need no media. */
export const roomService = (rooms: Rooms): Record<string, Method> => ({
  ...roomCalls(rooms),
  ...participantCalls(rooms),
});

const roomCalls = (rooms: Rooms): Record<string, Method> => ({
  CreateRoom: method(CreateRoomRequest, mayCreate, (request) => createRoom(rooms, request)),
  ListRooms: method(ListRoomsRequest, mayList, ({ names }) => {
    const isAsked = ({ name }: RoomRecord) => names.length === 0 || names.includes(name);
    return new ListRoomsResponse({ rooms: rooms.list().filter(isAsked).map(toRoomInfo) });
  }),
  DeleteRoom: method(DeleteRoomRequest, mayCreate, ({ room }) =>
    rooms.delete(room) ? new DeleteRoomResponse() : noRoom,
  ),
  UpdateRoomMetadata: method(UpdateRoomMetadataRequest, isAdmin, ({ room, metadata }) => {
    const problem = sizeProblem({ metadata });
    if (problem) return problem;
    const updated = rooms.updateMetadata(room, metadata);
    return updated ? toRoomInfo(updated) : noRoom;
  }),
});

const participantCalls = (rooms: Rooms): Record<string, Method> => ({
  // The open server knows no difference between an empty room and none.
  ListParticipants: method(ListParticipantsRequest, isAdmin, ({ room }) => {
    const participants = rooms.find(room)?.participants ?? [];
    return new ListParticipantsResponse({ participants: participants.map(toParticipantInfo) });
  }),
  GetParticipant: method(RoomParticipantIdentity, isAdmin, ({ room, identity }) =>
    infoOf(rooms.find(room)?.participants.find((one) => one.identity === identity)),
  ),
  RemoveParticipant: method(RoomParticipantIdentity, isAdmin, ({ room, identity }) =>
    rooms.leave(room, identity) ? new RemoveParticipantResponse() : nobody,
  ),
  UpdateParticipant: method(UpdateParticipantRequest, isAdmin, (request) => {
    const { room, identity, name, metadata, attributes } = request;
    return (
      sizeProblem({ name, metadata, attributes }) ??
      infoOf(rooms.updateParticipant(room, identity, { name, metadata, attributes }))
    );
  }),
});

function createRoom(rooms: Rooms, request: CreateRoomRequest) {
  const { name, metadata, agents, maxParticipants } = request;
  const problem = [{ room: name, metadata }, ...agents].map(sizeProblem).find(Boolean);
  if (problem) return problem;
  return toRoomInfo(
    rooms.create({
      ...{ name, metadata, maxParticipants },
      ...(agents.length > 0 && { agents }),
      ...(request.emptyTimeout > 0 && { emptyTimeout: request.emptyTimeout * 1_000 }),
      ...(request.departureTimeout > 0 && { departureTimeout: request.departureTimeout * 1_000 }),
    }),
  );
}

const infoOf = (participant: ParticipantRecord | undefined) =>
  participant ? toParticipantInfo(participant) : nobody;

const noRoom: Failed = { code: 'not_found', msg: 'requested room does not exist' };
const nobody: Failed = { code: 'not_found', msg: 'participant does not exist' };
