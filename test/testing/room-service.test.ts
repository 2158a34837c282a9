import {
  CreateRoomRequest,
  ListRoomsRequest,
  ListRoomsResponse,
  ParticipantInfo_Kind,
  Room,
} from '@livekit/protocol';
import { RoomServiceClient } from 'livekit-server-sdk';
import { describe, expect, it } from 'vitest';
import type { TestServer } from '../../src/testing/index.js';
import { callApi, expectations, mintGrant, verdictOf } from './api-calls.js';
import { connect, serve, serveInVirtualTime, willing } from './serve.js';

const apiOf = ({ httpUrl, apiKey, apiSecret }: TestServer) => ({
  ...{ httpUrl, apiKey },
  apiSecret: apiSecret.reveal(),
});

const clientOf = (server: TestServer) => {
  const { httpUrl, apiKey, apiSecret } = apiOf(server);
  return new RoomServiceClient(httpUrl, apiKey, apiSecret);
};

const admin = { roomAdmin: true, room: 'lobby' };

describe('RoomService for the server SDK', () => {
  it('creates, lists and deletes rooms (F-155)', async () => {
    const server = await serve();
    const rooms = clientOf(server);

    const created = await rooms.createRoom({
      name: 'lobby',
      metadata: 'm',
      emptyTimeout: 60,
      departureTimeout: 5,
      maxParticipants: 3,
    });
    const again = await rooms.createRoom({ name: 'lobby', metadata: 'other' });
    await rooms.createRoom({ name: 'other' });

    expect(created.sid).toMatch(/^RM_/);
    expect([again.sid, again.metadata]).toEqual([created.sid, 'm']);
    expect([created.emptyTimeout, created.departureTimeout, created.maxParticipants]).toEqual([
      60, 5, 3,
    ]);
    expect((await rooms.listRooms()).map(({ name }) => name)).toEqual(['lobby', 'other']);
    expect((await rooms.listRooms(['lobby'])).map(({ metadata }) => metadata)).toEqual(['m']);
    await rooms.deleteRoom('lobby');
    expect((await rooms.listRooms()).map(({ name }) => name)).toEqual(['other']);
    await expect(rooms.deleteRoom('lobby')).rejects.toMatchObject({
      status: 404,
      code: 'not_found',
    });
  });

  it('dispatches the agents of a created room and no others (F-58)', async () => {
    const server = await serve();
    const named = await connect(server, { ...willing, register: { agentName: 'helper' } });
    const unnamed = await connect(server, willing);

    const { status } = await callApi(apiOf(server), {
      path: 'RoomService/CreateRoom',
      body: { name: 'lobby', agents: [{ agentName: 'helper', metadata: 'for it' }] },
    });
    await named.until(() => named.assignments().length === 1);

    expect(status).toBe(200);
    expect(named.offers().map(({ metadata }) => metadata)).toEqual(['for it']);
    expect(unnamed.offers()).toEqual([]);
  });

  it('ends the jobs of a deleted room whose agent has joined (F-63)', async () => {
    const server = await serve();
    const worker = await connect(server, willing);
    const rooms = clientOf(server);
    await rooms.createRoom({ name: 'joined' });
    await rooms.createRoom({ name: 'not joined' });
    await worker.until(() => worker.assignments().length === 2);
    const [joined] = server.jobs;
    worker.updateJob(joined?.id ?? '', 1);
    await worker.flush();

    await rooms.deleteRoom('joined');
    await rooms.deleteRoom('not joined');
    await worker.flush();

    expect(worker.terminations()).toEqual([joined?.id]);
  });

  it('lists, finds and removes participants, agents too (F-63)', async () => {
    const server = await serve();
    const rooms = clientOf(server);
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
    expect((await rooms.getParticipant('lobby', 'ann')).name).toBe('Ann');
    await expect(rooms.getParticipant('lobby', 'bob')).rejects.toMatchObject({ status: 404 });

    await rooms.removeParticipant('lobby', identity);
    await worker.until(() => worker.terminations().length === 1);
    expect((await rooms.listParticipants('lobby')).map((one) => one.identity)).toEqual(['ann']);
    await expect(rooms.removeParticipant('lobby', identity)).rejects.toMatchObject({ status: 404 });
  });

  it('changes participants: an empty text keeps, an empty attribute goes', async () => {
    const server = await serve();
    const rooms = clientOf(server);
    server.join('lobby', { identity: 'ann', name: 'Ann', attributes: { seat: '4', tier: 'one' } });

    const changed = await rooms.updateParticipant('lobby', 'ann', {
      metadata: 'vip',
      attributes: { seat: '', row: 'c' },
    });

    expect([changed.name, changed.metadata, changed.attributes]).toEqual([
      'Ann',
      'vip',
      { tier: 'one', row: 'c' },
    ]);
    expect((await rooms.getParticipant('lobby', 'ann')).attributes).toEqual(changed.attributes);
  });

  it('changes the metadata of a room, which later jobs carry', async () => {
    const server = await serve();
    const rooms = clientOf(server);
    const worker = await connect(server, { ...willing, register: { agentName: 'helper' } });
    await rooms.createRoom({ name: 'lobby', metadata: 'old' });

    const updated = await rooms.updateRoomMetadata('lobby', 'new');
    server.createDispatch('lobby', 'helper');
    await worker.until(() => worker.offers().length === 1);

    expect(updated.metadata).toBe('new');
    expect(worker.offers()[0]?.room?.metadata).toBe('new');
  });

  it.each([
    ['MutePublishedTrack', 'RoomService/MutePublishedTrack'],
    ['SendData', 'RoomService/SendData'],
    ['Egress.StartRoomCompositeEgress', 'Egress/StartRoomCompositeEgress'],
    ['SIP.CreateSIPParticipant', 'SIP/CreateSIPParticipant'],
  ])('says of %s that it needs media', async (call, path) => {
    expect(await callApi(apiOf(await serve()), { path })).toEqual({
      status: 501,
      body: {
        code: 'unimplemented',
        msg: `${call} needs a LiveKit server: the dispatch server has no media.`,
      },
    });
  });
});

describe('the API on the wire', () => {
  it('answers every call as a LiveKit server does (F-155)', async () => {
    const api = apiOf(await serve());
    const heard: string[][] = [];

    for (const [title, call] of expectations) {
      heard.push([title, verdictOf(await callApi(api, call))]);
    }

    expect(heard).toEqual(expectations.map(([title, , verdict]) => [title, verdict]));
  });

  it('speaks protobuf to those who do', async () => {
    const server = await serve();
    const call = async (name: string, body: CreateRoomRequest | ListRoomsRequest) => {
      const response = await fetch(`${server.httpUrl}/twirp/livekit.RoomService/${name}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/protobuf',
          authorization: `Bearer ${await mintGrant(apiOf(server), { roomCreate: true, roomList: true })}`,
        },
        body: body.toBinary(),
      });
      expect(response.headers.get('content-type')).toBe('application/protobuf');
      return new Uint8Array(await response.arrayBuffer());
    };

    const room = Room.fromBinary(
      await call('CreateRoom', new CreateRoomRequest({ name: 'lobby' })),
    );
    const { rooms } = ListRoomsResponse.fromBinary(await call('ListRooms', new ListRoomsRequest()));

    expect(room.name).toBe('lobby');
    expect(rooms.map(({ sid }) => sid)).toEqual([room.sid]);
  });

  it('writes JSON with the names of the protocol and with what is empty', async () => {
    const { body } = await callApi(apiOf(await serve()), {
      path: 'RoomService/CreateRoom',
      body: { name: 'lobby', empty_timeout: 60 },
    });

    expect(body).toMatchObject({
      name: 'lobby',
      empty_timeout: 60,
      metadata: '',
      num_participants: 0,
    });
  });

  it('says what is wrong in words', async () => {
    const api = apiOf(await serve());
    const said = async (path: string, body: unknown, method = 'POST') =>
      (await callApi(api, { path, body, method })).body;

    expect([
      await said('RoomService/MuteEverybody', {}),
      await said('RoomService/ListRooms', {}, 'GET'),
      await said('RoomService/CreateRoom', 'rubbish'),
      await said('RoomService/CreateRoom', { name: 'x', metadata: 'x'.repeat(600 * 1024) }),
      await said('RoomService/ListParticipants', { room: 'other' }),
    ]).toEqual([
      {
        code: 'bad_route',
        msg: 'no handler for path "/twirp/livekit.RoomService/MuteEverybody"',
        meta: { twirp_invalid_route: 'POST /twirp/livekit.RoomService/MuteEverybody' },
      },
      {
        code: 'bad_route',
        msg: 'unsupported method "GET" (only POST is allowed)',
        meta: { twirp_invalid_route: 'GET /twirp/livekit.RoomService/ListRooms' },
      },
      { code: 'malformed', msg: 'the json request could not be decoded' },
      { code: 'invalid_argument', msg: 'metadata size exceeds limits 524288' },
      { code: 'unauthenticated', msg: 'permissions denied' },
    ]);
  });

  it('hears a body of 11 MB to its end before it refuses it, and lives on', async () => {
    const api = apiOf(await serve());
    const body = JSON.stringify({ name: 'x', metadata: 'x'.repeat(11 * 1024 * 1024) });

    expect(await callApi(api, { path: 'RoomService/CreateRoom', body })).toEqual({
      status: 429,
      body: { code: 'resource_exhausted', msg: 'the request has more than 10485760 bytes' },
    });
    expect((await callApi(api, { path: 'RoomService/ListRooms' })).status).toBe(200);
  });

  it('never repeats a token that it refuses', async () => {
    const api = apiOf(await serve());
    const token = await mintGrant({ ...api, apiSecret: 'guess' }, admin);

    const { status, body } = await callApi(api, {
      path: 'RoomService/ListRooms',
      authorization: `Bearer ${token}`,
    });

    expect([status, body]).toEqual([401, 'invalid authorization token']);
  });
});

describe('rooms in which nobody is', () => {
  const names = (server: TestServer) => server.rooms.map(({ name }) => name);

  it('stay, unless somebody says how long (F-156)', async () => {
    const { server, clock } = await serveInVirtualTime();
    server.createRoom({ name: 'lobby' });

    clock.advance(2 ** 31 - 1);

    expect(names(server)).toEqual(['lobby']);
  });

  it('close when nobody but agents came in time, and end their jobs (F-63, F-156)', async () => {
    const { server, clock } = await serveInVirtualTime({ selectionWait: 0 });
    const worker = await connect(server, willing);
    server.createRoom({ name: 'lobby', emptyTimeout: 60_000 });
    await worker.until(() => worker.assignments().length === 1);
    worker.updateJob(server.jobs[0]?.id ?? '', 1);
    await worker.flush();

    clock.advance(59_999);
    expect(names(server)).toEqual(['lobby']);
    clock.advance(1);

    expect(names(server)).toEqual([]);
    await worker.until(() => worker.terminations().length === 1);
  });

  it('close some time after the last one left, who may come back until then (F-156)', async () => {
    const { server, clock } = await serveInVirtualTime({
      emptyTimeout: 60_000,
      departureTimeout: 20_000,
    });
    server.createRoom({ name: 'lobby' });
    server.join('lobby', { identity: 'ann' });
    clock.advance(600_000);

    server.leave('lobby', 'ann');
    clock.advance(19_999);
    server.join('lobby', { identity: 'ann' });
    clock.advance(600_000);
    server.leave('lobby', 'ann');
    clock.advance(19_999);
    expect(names(server)).toEqual(['lobby']);
    clock.advance(1);

    expect(names(server)).toEqual([]);
  });

  it('leave no timer when they are deleted', async () => {
    const { server, clock } = await serveInVirtualTime({ emptyTimeout: 60_000 });
    server.createRoom({ name: 'lobby' });
    server.deleteRoom('lobby');
    clock.advance(30_000);
    server.createRoom({ name: 'lobby' });

    clock.advance(59_999);

    expect(names(server)).toEqual(['lobby']);
  });
});
