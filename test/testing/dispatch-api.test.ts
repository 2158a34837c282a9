import { CreateRoomRequest, ParticipantInfo_Kind, Room } from '@livekit/protocol';
import { AgentDispatchClient, RoomServiceClient } from 'livekit-server-sdk';
import { expect, it } from 'vitest';
import type { TestServer } from '../../src/testing/index.js';
import { mintToken } from '../support/bare-worker.js';
import { connect, serve, willing } from './serve.js';

const clientsOf = ({ httpUrl, apiKey, apiSecret }: TestServer) => ({
  rooms: new RoomServiceClient(httpUrl, apiKey, apiSecret.reveal()),
  dispatches: new AgentDispatchClient(httpUrl, apiKey, apiSecret.reveal()),
});

const post = async (
  server: TestServer,
  path: string,
  { token = '', type = 'application/json', body = '{}' }: Record<string, string> = {},
) => {
  const response = await fetch(`${server.httpUrl}/twirp/livekit.${path}`, {
    method: 'POST',
    headers: { 'content-type': type, ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body,
  });
  return { status: response.status, body: (await response.json()) as { code?: string } };
};

it('creates, lists and deletes rooms for the server SDK', async () => {
  const server = await serve();
  const { rooms } = clientsOf(server);

  const created = await rooms.createRoom({ name: 'lobby', metadata: 'm' });
  await rooms.createRoom({ name: 'other' });

  expect(created.sid).toMatch(/^RM_/);
  expect((await rooms.listRooms()).map(({ name }) => name)).toEqual(['lobby', 'other']);
  expect((await rooms.listRooms(['lobby'])).map(({ metadata }) => metadata)).toEqual(['m']);
  await rooms.deleteRoom('lobby');
  expect((await rooms.listRooms()).map(({ name }) => name)).toEqual(['other']);
  await expect(rooms.deleteRoom('lobby')).rejects.toMatchObject({ status: 404, code: 'not_found' });
});

it('dispatches the agents of a created room and no others (F-61)', async () => {
  const server = await serve();
  const named = await connect(server, { ...willing, register: { agentName: 'helper' } });
  const unnamed = await connect(server, willing);

  const body = new CreateRoomRequest({
    name: 'lobby',
    agents: [{ agentName: 'helper', metadata: 'for it' }],
  });
  const token = await mintToken(server, { roomCreate: true });
  const answer = await post(server, 'RoomService/CreateRoom', { token, body: body.toJsonString() });
  await named.until(() => named.assignments().length === 1);

  expect(answer.status).toBe(200);
  expect(named.offers().map(({ metadata }) => metadata)).toEqual(['for it']);
  expect(unnamed.offers()).toEqual([]);
});

it('lists and removes participants, agents too', async () => {
  const server = await serve();
  const { rooms } = clientsOf(server);
  const worker = await connect(server, willing);
  await rooms.createRoom({ name: 'lobby' });
  await worker.until(() => worker.assignments().length === 1);
  const identity = `agent-${server.jobs[0]?.id}`;
  server.join('lobby', { identity: 'ann', name: 'Ann' });
  worker.updateJob(server.jobs[0]?.id ?? '', 1);
  await worker.flush();

  const listed = await rooms.listParticipants('lobby');
  expect(listed.map((one) => [one.identity, one.kind])).toEqual([
    ['ann', ParticipantInfo_Kind.STANDARD],
    [identity, ParticipantInfo_Kind.AGENT],
  ]);

  await rooms.removeParticipant('lobby', identity);
  await worker.until(() => worker.terminations().length === 1);
  expect((await rooms.listParticipants('lobby')).map((one) => one.identity)).toEqual(['ann']);
  await expect(rooms.removeParticipant('lobby', identity)).rejects.toMatchObject({ status: 404 });
});

it('creates, lists and deletes dispatches, whose jobs are listed as running for good (F-61)', async () => {
  const server = await serve();
  const { rooms, dispatches } = clientsOf(server);
  const worker = await connect(server, { ...willing, register: { agentName: 'helper' } });
  await rooms.createRoom({ name: 'lobby' });

  const created = await dispatches.createDispatch('lobby', 'helper', { metadata: 'm' });
  await worker.until(() => worker.assignments().length === 1);
  const jobId = worker.offers()[0]?.id ?? '';
  worker.updateJob(jobId, 3, 'broke');
  await worker.flush();

  const listed = await dispatches.getDispatch(created.id, 'lobby');
  expect(listed?.metadata).toBe('m');
  expect(
    listed?.state?.jobs.map(({ id, state }) => [id, state?.status, state?.error, state?.endedAt]),
  ).toEqual([[jobId, 1, '', 0n]]);
  expect((await dispatches.listDispatch('lobby')).map(({ agentName }) => agentName)).toEqual([
    '',
    'helper',
  ]);
  await dispatches.deleteDispatch(created.id, 'lobby');
  await expect(dispatches.deleteDispatch(created.id, 'lobby')).rejects.toMatchObject({
    status: 404,
  });
});

it('speaks protobuf to those who do', async () => {
  const server = await serve();
  const response = await fetch(`${server.httpUrl}/twirp/livekit.RoomService/CreateRoom`, {
    method: 'POST',
    headers: {
      'content-type': 'application/protobuf',
      authorization: `Bearer ${await mintToken(server, { roomCreate: true })}`,
    },
    body: new CreateRoomRequest({ name: 'lobby' }).toBinary(),
  });

  expect(Room.fromBinary(new Uint8Array(await response.arrayBuffer())).name).toBe('lobby');
});

it('says what is wrong with a call', async () => {
  const server = await serve();
  const token = await mintToken(server, { roomCreate: true, roomAdmin: true, room: 'lobby' });
  const metadata = 'x'.repeat(600 * 1024);
  const codeOf = async (path: string, request: Record<string, string>) => {
    const { status, body } = await post(server, path, request);
    return [status, body.code];
  };

  expect([
    await codeOf('RoomService/CreateRoom', {}),
    await codeOf('RoomService/CreateRoom', { token: 'rubbish' }),
    await codeOf('RoomService/ListRooms', { token }),
    await codeOf('RoomService/ListParticipants', { token, body: '{"room":"other"}' }),
    await codeOf('RoomService/CreateRoom', { token, body: 'rubbish' }),
    await codeOf('RoomService/CreateRoom', {
      token,
      body: JSON.stringify({ name: 'x', metadata }),
    }),
    await codeOf('AgentDispatchService/CreateDispatch', {
      token,
      body: JSON.stringify({ room: 'lobby', agentName: 'x', metadata }),
    }),
    await codeOf('AgentDispatchService/ListDispatch', { token, body: '{"room":"lobby"}' }),
    await codeOf('RoomService/ListParticipants', { token, body: '{"room":"lobby"}' }),
    await codeOf('RoomService/MuteEverybody', { token }),
  ]).toEqual([
    [401, 'unauthenticated'],
    [401, 'unauthenticated'],
    [403, 'permission_denied'],
    [403, 'permission_denied'],
    [400, 'malformed'],
    [400, 'invalid_argument'],
    [400, 'invalid_argument'],
    [404, 'not_found'],
    [404, 'not_found'],
    [404, 'bad_route'],
  ]);
});
