import {
  CreateAgentDispatchRequest,
  CreateRoomRequest,
  DeleteAgentDispatchRequest,
  DeleteRoomRequest,
  DeleteRoomResponse,
  ListAgentDispatchRequest,
  ListAgentDispatchResponse,
  ListParticipantsRequest,
  ListParticipantsResponse,
  ListRoomsRequest,
  ListRoomsResponse,
  RemoveParticipantResponse,
  RoomParticipantIdentity,
} from '@livekit/protocol';
import type { ClaimGrants } from 'livekit-server-sdk';
import { toDispatchInfo, toParticipantInfo, toRoomInfo } from './infos.js';
import type { JobRecord, RoomRecord } from './records.js';
import type { Rooms } from './room-records.js';
import { type Failed, type Method, method } from './twirp-method.js';

/** What the API calls work on. */
export interface ServiceInput {
  readonly rooms: Rooms;
  readonly jobs: () => readonly JobRecord[];
}

type Grants = NonNullable<ClaimGrants['video']>;

const mayCreate = (grants: Grants): boolean => grants.roomCreate === true;
const mayList = (grants: Grants): boolean => grants.roomList === true;
const isAdmin = (grants: Grants, { room }: { readonly room: string }): boolean =>
  grants.roomAdmin === true && grants.room === room;

/** The calls of RoomService and AgentDispatchService that this server knows, by path. */
export function createServices(input: ServiceInput): ReadonlyMap<string, Method> {
  return new Map([
    ...Object.entries(roomService(input)).map(([name, call]) => named('RoomService', name, call)),
    ...Object.entries(dispatchService(input)).map(([name, call]) =>
      named('AgentDispatchService', name, call),
    ),
  ]);
}

const named = (service: string, name: string, call: Method): [string, Method] => [
  `/twirp/livekit.${service}/${name}`,
  call,
];

const roomService = ({ rooms }: ServiceInput): Record<string, Method> => ({
  CreateRoom: method(CreateRoomRequest, mayCreate, ({ name, metadata, agents }) => {
    const list = agents.length > 0 ? { agents } : {};
    return isTooLarge(metadata) ? tooLarge : toRoomInfo(rooms.create({ name, metadata, ...list }));
  }),
  ListRooms: method(ListRoomsRequest, mayList, ({ names }) => {
    const isAsked = ({ name }: RoomRecord) => names.length === 0 || names.includes(name);
    return new ListRoomsResponse({ rooms: rooms.list().filter(isAsked).map(toRoomInfo) });
  }),
  DeleteRoom: method(DeleteRoomRequest, mayCreate, ({ room }) =>
    rooms.delete(room) ? new DeleteRoomResponse() : missing('room'),
  ),
  ListParticipants: method(ListParticipantsRequest, isAdmin, ({ room }) => {
    const participants = rooms.find(room)?.participants.map(toParticipantInfo);
    return participants ? new ListParticipantsResponse({ participants }) : missing('room');
  }),
  RemoveParticipant: method(RoomParticipantIdentity, isAdmin, ({ room, identity }) =>
    rooms.leave(room, identity) ? new RemoveParticipantResponse() : missing('participant'),
  ),
});

const dispatchService = ({ rooms, jobs }: ServiceInput): Record<string, Method> => ({
  CreateDispatch: method(CreateAgentDispatchRequest, isAdmin, ({ room, agentName, ...rest }) =>
    isTooLarge(rest.metadata)
      ? tooLarge
      : toDispatchInfo(rooms.createDispatch(room, agentName, rest), jobs()),
  ),
  DeleteDispatch: method(DeleteAgentDispatchRequest, isAdmin, ({ room, dispatchId }) => {
    const isHere = rooms.find(room)?.dispatches.some(({ id }) => id === dispatchId);
    const dispatch = isHere ? rooms.deleteDispatch(dispatchId) : undefined;
    return dispatch ? toDispatchInfo(dispatch, jobs()) : missing('dispatch');
  }),
  ListDispatch: method(ListAgentDispatchRequest, isAdmin, ({ room, dispatchId }) => {
    const asked = rooms
      .find(room)
      ?.dispatches.filter(({ id }) => dispatchId === '' || id === dispatchId);
    if (!asked) return missing('room');
    const agentDispatches = asked.map((dispatch) => toDispatchInfo(dispatch, jobs()));
    return new ListAgentDispatchResponse({ agentDispatches });
  }),
});

const maxMetadata = 512 * 1024;
const isTooLarge = (metadata: string): boolean => Buffer.byteLength(metadata) > maxMetadata;
const tooLarge: Failed = { code: 'invalid_argument', msg: 'metadata exceeds limits' };
const missing = (what: string): Failed => ({
  code: 'not_found',
  msg: `requested ${what} does not exist`,
});
