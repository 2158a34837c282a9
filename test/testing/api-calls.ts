import { AccessToken } from 'livekit-server-sdk';

/** Where an API is and who may call it: the dispatch server's, or a LiveKit server's. */
export interface Api {
  readonly httpUrl: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

type VideoGrant = Parameters<AccessToken['addGrant']>[0];

/** One raw call; what is left out is what an ordinary client sends for an administrator of `lobby`. */
export interface Call {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly type?: string;
  readonly grants?: VideoGrant | 'none';
  readonly authorization?: string;
}

const everything: VideoGrant = { roomCreate: true, roomList: true, roomAdmin: true, room: 'lobby' };

/** A token for the API. */
export async function mintGrant(api: Api, grants: VideoGrant): Promise<string> {
  const token = new AccessToken(api.apiKey, api.apiSecret);
  token.addGrant(grants);
  return token.toJwt();
}

/** Makes a call and reads its answer: the status, and the JSON or the text. */
export async function callApi(api: Api, call: Call): Promise<{ status: number; body: unknown }> {
  const { method = 'POST', path, type = 'application/json', grants = everything } = call;
  const body = call.body ?? {};
  const bearer = grants === 'none' ? undefined : `Bearer ${await mintGrant(api, grants)}`;
  const authorization = call.authorization ?? bearer;
  const response = await fetch(`${api.httpUrl}/twirp/livekit.${path}`, {
    method,
    headers: {
      ...(type && { 'content-type': type }),
      ...(authorization !== undefined && { authorization }),
    },
    ...(method !== 'GET' && {
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
    }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json';
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
}

/** The status and the error code of an answer, without the words. */
export const verdictOf = ({ status, body }: { status: number; body: unknown }): string => {
  const { code } = Object(body) as { code?: string };
  return [status, code].filter(Boolean).join(' ');
};

const R = 'RoomService';
const A = 'AgentDispatchService';
const text = (kilobytes: number) => 'x'.repeat(kilobytes * 1024);
const room = 'lobby';

/**
 * What both servers say to each call, in this order, when there are no rooms at first. Nobody is
 * in any room.
 */
export const expectations: readonly (readonly [string, Call, string])[] = [
  ['no token', { path: `${R}/ListRooms`, grants: 'none' }, '401 unauthenticated'],
  ['a token that is none', { path: `${R}/ListRooms`, authorization: 'Bearer rubbish' }, '401'],
  ['another scheme', { path: `${R}/ListRooms`, authorization: 'Basic eDp5' }, '401'],
  ['a token without roomList', { path: `${R}/ListRooms`, grants: {} }, '401 unauthenticated'],
  ['a token without roomCreate', { path: `${R}/CreateRoom`, grants: {} }, '401 unauthenticated'],
  ['a deletion without roomCreate', { path: `${R}/DeleteRoom`, grants: {} }, '401 unauthenticated'],
  [
    'an administrator of another room',
    {
      path: `${R}/ListParticipants`,
      body: { room },
      grants: { roomAdmin: true, room: 'other' },
    },
    '401 unauthenticated',
  ],
  [
    'a dispatch by who may only create rooms',
    { path: `${A}/CreateDispatch`, body: { room }, grants: { roomCreate: true } },
    '401 unauthenticated',
  ],
  ['an unknown call', { path: `${R}/MuteEverybody` }, '404 bad_route'],
  ['an unknown call, no token', { path: `${R}/MuteEverybody`, grants: 'none' }, '404 bad_route'],
  ['a name of every object', { path: `${R}/toString` }, '404 bad_route'],
  ['a slash at the end', { path: `${R}/ListRooms/` }, '404 bad_route'],
  ['GET', { path: `${R}/ListRooms`, method: 'GET' }, '404 bad_route'],
  ['PUT', { path: `${R}/ListRooms`, method: 'PUT' }, '404 bad_route'],
  ['plain text', { path: `${R}/ListRooms`, type: 'text/plain' }, '404 bad_route'],
  [
    'JSON with a charset',
    { path: `${R}/ListRooms`, type: 'Application/JSON; charset=utf-8' },
    '200',
  ],
  ['a query', { path: `${R}/ListRooms?page=2` }, '200'],
  ['half a JSON text', { path: `${R}/CreateRoom`, body: '{' }, '400 malformed'],
  ['an empty body', { path: `${R}/ListRooms`, body: '' }, '400 malformed'],
  ['a JSON list', { path: `${R}/CreateRoom`, body: '[]' }, '400 malformed'],
  ['a number for a name', { path: `${R}/CreateRoom`, body: { name: 7 } }, '400 malformed'],
  [
    'half a protobuf message',
    { path: `${R}/CreateRoom`, type: 'application/protobuf', body: Uint8Array.from([10, 255]) },
    '400 malformed',
  ],
  ['a long name', { path: `${R}/CreateRoom`, body: { name: text(1) } }, '400 invalid_argument'],
  [
    'large metadata of a room',
    { path: `${R}/CreateRoom`, body: { name: 'x', metadata: text(513) } },
    '400 invalid_argument',
  ],
  [
    'large metadata of an agent',
    { path: `${R}/CreateRoom`, body: { name: 'x', agents: [{ metadata: text(513) }] } },
    '400 invalid_argument',
  ],
  [
    'large attributes of an agent',
    { path: `${R}/CreateRoom`, body: { name: 'x', agents: [{ attributes: { a: text(65) } }] } },
    '400 invalid_argument',
  ],
  ['an unknown field', { path: `${R}/CreateRoom`, body: { name: room, colour: 'red' } }, '200'],
  ['the same room again', { path: `${R}/CreateRoom`, body: { name: room } }, '200'],
  ['new metadata', { path: `${R}/UpdateRoomMetadata`, body: { room, metadata: 'm' } }, '200'],
  [
    'new metadata, large',
    { path: `${R}/UpdateRoomMetadata`, body: { room, metadata: text(513) } },
    '400 invalid_argument',
  ],
  [
    'new metadata of no room',
    {
      path: `${R}/UpdateRoomMetadata`,
      body: { room: 'nowhere' },
      grants: { roomAdmin: true, room: 'nowhere' },
    },
    '404 not_found',
  ],
  [
    'who is in no room',
    {
      path: `${R}/ListParticipants`,
      body: { room: 'nowhere' },
      grants: { roomAdmin: true, room: 'nowhere' },
    },
    '200',
  ],
  ['nobody', { path: `${R}/GetParticipant`, body: { room, identity: 'ann' } }, '404 not_found'],
  [
    'nobody to remove',
    { path: `${R}/RemoveParticipant`, body: { room, identity: 'ann' } },
    '404 not_found',
  ],
  [
    'nobody to change',
    { path: `${R}/UpdateParticipant`, body: { room, identity: 'ann', name: 'Ann' } },
    '404 not_found',
  ],
  [
    'a long name for somebody',
    { path: `${R}/UpdateParticipant`, body: { room, identity: 'ann', name: text(1) } },
    '400 invalid_argument',
  ],
  [
    'large attributes for somebody',
    {
      path: `${R}/UpdateParticipant`,
      body: { room, identity: 'ann', attributes: { a: text(65) } },
    },
    '400 invalid_argument',
  ],
  ['a dispatch', { path: `${A}/CreateDispatch`, body: { room, agentName: 'x' } }, '200'],
  [
    'a dispatch with 60 kB of attributes',
    { path: `${A}/CreateDispatch`, body: { room, attributes: { a: text(60) } } },
    '200',
  ],
  [
    'a dispatch with 70 kB of attributes',
    { path: `${A}/CreateDispatch`, body: { room, attributes: { a: text(70) } } },
    '400 invalid_argument',
  ],
  [
    'a dispatch with 600 kB of metadata',
    { path: `${A}/CreateDispatch`, body: { room, metadata: text(600) } },
    '400 invalid_argument',
  ],
  [
    'a dispatch for a deployment that cannot be',
    { path: `${A}/CreateDispatch`, body: { room, deployment: 'a_b' } },
    '400 invalid_argument',
  ],
  ['an unknown dispatch', { path: `${A}/ListDispatch`, body: { room, dispatchId: 'x' } }, '200'],
  [
    'the deletion of an unknown dispatch',
    { path: `${A}/DeleteDispatch`, body: { room, dispatchId: 'x' } },
    '404 not_found',
  ],
  [
    'the dispatches of no room',
    {
      path: `${A}/ListDispatch`,
      body: { room: 'nowhere' },
      grants: { roomAdmin: true, room: 'nowhere' },
    },
    '503 unavailable',
  ],
  [
    'the deletion of no room',
    { path: `${R}/DeleteRoom`, body: { room: 'nowhere' } },
    '404 not_found',
  ],
  ['the deletion of a room', { path: `${R}/DeleteRoom`, body: { room } }, '200'],
];
