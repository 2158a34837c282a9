import { once } from 'node:events';
import {
  JobTermination,
  RegisterWorkerResponse,
  ServerMessage,
  WorkerMessage,
  WorkerPong,
} from '@livekit/protocol';
import { TokenVerifier } from 'livekit-server-sdk';
import { expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { agentSocket } from '../../src/actors/agent-socket.actor.js';
import type {
  Command,
  Fact,
  Message,
  SocketInput,
  SocketOptions,
} from '../../src/machines/connection.types.js';
import { Secret } from '../../src/secret.js';
import { eventually } from '../support/eventually.js';
import { runActor } from '../support/run-actor.js';
import { closedPort, type SocketServer, socketServer } from '../support/socket-server.js';

const credentials = new Secret({
  apiKey: 'testkey',
  apiSecret: 'a-secret-of-32-characters-length',
});
const start = (url: string, options?: SocketOptions) =>
  runActor<Command, Fact, SocketInput>(agentSocket, { url, credentials, options });
const connect = async (server: SocketServer, options?: SocketOptions) => {
  const arrival = server.connection();
  const actor = start(server.url, options);
  const { socket, request } = await arrival;
  await actor.fact('socket.opened');
  return { actor, socket, request };
};

const register: Message = {
  kind: 'register',
  workerType: 'room',
  agentName: 'helper',
  version: '1',
  deployment: '',
  permissions: {
    canPublish: true,
    canSubscribe: true,
    canPublishData: true,
    canUpdateMetadata: true,
    canPublishSources: [],
    hidden: false,
  },
};
const answer: Message = {
  kind: 'answer',
  jobId: 'AJ_1',
  available: true,
  terminate: false,
  participation: { name: '', identity: 'i', metadata: '', attributes: {} },
};
const registered = new ServerMessage({
  message: { case: 'register', value: new RegisterWorkerResponse({ workerId: 'AW_1' }) },
});
const registeredFact = {
  type: 'server.registered',
  workerId: 'AW_1',
  server: { edition: '', version: '', region: '', nodeId: '' },
};
const nextFrame = async (socket: WebSocket) => {
  const [data, isBinary] = await once(socket, 'message');
  return { isBinary, message: WorkerMessage.fromBinary(data).message };
};
/** The facts without the dice. */
const seen = (facts: readonly Fact[]) =>
  facts.map((fact) => {
    const { jitter: _, ...rest } = fact as Fact & { jitter?: number };
    return rest;
  });

it('asks for the agent endpoint with a short-lived token that grants nothing else (F-25, F-26, F-39, O-11, N-47, R-S12)', async () => {
  const server = await socketServer();
  const arrival = server.connection();
  start(`http://127.0.0.1:${server.port}/lk/?x=1`);

  const { request } = await arrival;
  const { authorization = '', 'sec-websocket-extensions': extensions } = request.headers;
  const { apiKey, apiSecret } = credentials.reveal();
  const claims = await new TokenVerifier(apiKey, apiSecret).verify(authorization.slice(7));
  const life = Number(claims.exp) - Number(claims.nbf);

  expect(request.url).toBe('/lk/agent?x=1&protocol=1');
  expect(authorization).toMatch(/^Bearer /);
  expect(extensions).toBeUndefined();
  expect(claims).toEqual({
    iss: 'testkey',
    nbf: claims.nbf,
    exp: claims.exp,
    video: { agent: true },
  });
  expect(life > 0 && life <= 600).toBe(true);
});

it('carries commands out as binary frames and reports each one that left', async () => {
  const { actor, socket } = await connect(await socketServer());
  const first = nextFrame(socket);

  actor.send({ type: 'send', message: register, ref: 'r1' });

  expect(await actor.fact('socket.wrote')).toEqual({ type: 'socket.wrote', ref: 'r1' });
  expect(await first).toMatchObject({
    isBinary: true,
    message: { case: 'register', value: { agentName: 'helper', pingInterval: 0 } },
  });
});

it('shows the token of a hosted agent in the query of its address (F-18, O-31, E-7)', async () => {
  const server = await socketServer();

  const { request } = await connect(server, { workerToken: new Secret('hosted token') });

  expect(request.url).toBe('/agent?protocol=1&worker_token=hosted+token');
});

it('does not repeat the token of a hosted agent when it cannot connect', async () => {
  const actor = start(`ws://127.0.0.1:${await closedPort()}`, { workerToken: new Secret('hush') });

  expect((await actor.fact('socket.failed')).error.code).toBe('ECONNREFUSED');
  expect(JSON.stringify(actor.facts)).not.toMatch(/hush/);
});

it('speaks JSON in text frames when it is told to (F-38)', async () => {
  const { actor, socket } = await connect(await socketServer(), { textFrames: true });
  const first = once(socket, 'message');

  actor.send({ type: 'send', message: register });

  const [data, isBinary] = await first;
  expect(isBinary).toBe(false);
  expect(JSON.parse(data)).toEqual({
    register: {
      agentName: 'helper',
      version: '1',
      allowedPermissions: {
        agent: true,
        canPublish: true,
        canPublishData: true,
        canSubscribe: true,
        canUpdateMetadata: true,
      },
    },
  });
});

it('reports each report that left', async () => {
  const { actor, socket } = await connect(await socketServer());
  const first = nextFrame(socket);

  actor.send({ type: 'send', message: { kind: 'report', status: 'full', load: 0, jobIds: [] } });

  expect((await first).message.case).toBe('updateWorker');
  expect(await actor.fact('socket.reported')).toEqual({ type: 'socket.reported' });
});

it('measures the way to the server by a ping of the protocol (F-32)', async () => {
  const { actor, socket } = await connect(await socketServer());
  socket.on('message', (data: Buffer) => {
    const { message } = WorkerMessage.fromBinary(data);
    const timestamp = message.case === 'ping' ? message.value.timestamp : 0n;
    const pong = new WorkerPong({ lastTimestamp: timestamp, timestamp: 1n });
    socket.send(new ServerMessage({ message: { case: 'pong', value: pong } }).toBinary());
  });

  actor.send({ type: 'measure' });

  const { pingedAt, heardAt = 0 } = await actor.fact('server.ponged');
  expect(heardAt - pingedAt >= 0 && heardAt - pingedAt < 10_000).toBe(true);
});

it('gives up a server that has stopped reading when more than 1 MiB waits (R-A13)', async () => {
  const { actor, socket } = await connect(await socketServer());
  socket.pause();
  const error = 'x'.repeat(64 * 1024);

  const give = (): void => {
    if (actor.facts.some(({ type }) => type === 'socket.failed')) return;
    for (let n = 0; n < 32; n += 1)
      actor.send({
        type: 'send',
        message: { kind: 'status', jobId: 'AJ_1', status: 'failed', error },
      });
    setImmediate(give);
  };
  give();

  expect((await actor.fact('socket.failed')).error).toEqual({
    code: 'ERR_CONNECTION_FAILED',
    message: 'The server stopped reading: more than 1 MiB waits to be sent.',
  });
});

it('keeps what it is told before the socket is open', async () => {
  const server = await socketServer();
  const arrival = server.connection();
  const actor = start(server.url);

  actor.send({ type: 'send', message: register });
  const { socket } = await arrival;

  expect((await nextFrame(socket)).message.case).toBe('register');
});

it('marks accepting answers with the name that the connection was registered with', async () => {
  const { actor, socket } = await connect(await socketServer());
  const first = nextFrame(socket);
  actor.send({ type: 'send', message: register });
  await first;
  const second = nextFrame(socket);

  actor.send({ type: 'send', message: answer });

  expect((await second).message.value).toMatchObject({
    participantAttributes: { 'lk.agent.name': 'helper' },
  });
});

it('reads binary and text frames, and hears before it reports', async () => {
  const { actor, socket } = await connect(await socketServer());

  socket.send(registered.toBinary());
  socket.send(registered.toJsonString());
  socket.send('garbage');
  socket.send(new Uint8Array([255, 255]));
  const message = { case: 'termination', value: new JobTermination({ jobId: 'AJ_1' }) } as const;
  socket.send(new ServerMessage({ message }).toBinary());
  await actor.fact('server.terminated');

  const heard = { type: 'socket.heard' };
  expect(seen(actor.facts)).toEqual([
    { type: 'socket.opened' },
    heard,
    registeredFact,
    heard,
    registeredFact,
    heard,
    { type: 'frame.malformed' },
    heard,
    { type: 'frame.malformed' },
    heard,
    { type: 'server.terminated', jobId: 'AJ_1' },
  ]);
});

it('hears pings, and reports the pong of each of its own (F-31)', async () => {
  const { actor, socket } = await connect(await socketServer());

  socket.ping();
  await actor.fact('socket.heard');
  actor.send({ type: 'ping', ref: 42 });
  await actor.fact('socket.ponged');
  socket.pong('not a number');
  socket.pong();
  await eventually(() => actor.facts.length === 6);

  const heard = { type: 'socket.heard' };
  expect(seen(actor.facts)).toEqual([
    { type: 'socket.opened' },
    heard,
    heard,
    { type: 'socket.ponged', ref: 42 },
    heard,
    heard,
  ]);
});

it('does not send what cannot be encoded, and stays open', async () => {
  const { actor, socket } = await connect(await socketServer());
  const first = nextFrame(socket);

  const load = Number.MAX_VALUE; // no 32-bit float
  const report: Message = { kind: 'report', status: 'full', load, jobIds: [] };
  actor.send({ type: 'send', message: report, ref: 'r1' });
  actor.send({ type: 'send', message: register, ref: 'r2' });

  expect((await first).message.case).toBe('register');
  await actor.fact('socket.wrote');
  expect(seen(actor.facts)).toEqual([
    { type: 'socket.opened' },
    { type: 'socket.reported' },
    { type: 'socket.wrote', ref: 'r2' },
  ]);
});

it('reports a refusal once, by its status only (R-S6)', async () => {
  const body = 'invalid token: Bearer echo';
  const server = await socketServer(
    `HTTP/1.1 401 Unauthorized\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  const actor = start(server.url);

  await actor.fact('socket.refused');
  await eventually(() => server.requests[0]?.socket.destroyed === true);

  expect(seen(actor.facts)).toEqual([{ type: 'socket.refused', status: 401 }]);
});

it.each([
  ['7', 7_000],
  ['0', undefined],
  ['soon', undefined],
  ['', undefined],
  ['Thu, 01 Jan 1970 00:00:00 GMT', undefined],
])('reports how long a refusal asks to wait: Retry-After %j (R-A6)', async (header, ms) => {
  const server = await socketServer(
    `HTTP/1.1 503 Unavailable\r\nRetry-After: ${header}\r\nContent-Length: 0\r\n\r\n`,
  );

  const { status, retryAfterMs } = await start(server.url).fact('socket.refused');

  expect([status, retryAfterMs]).toEqual([503, ms]);
});

it('does not follow a redirect (R-A5, R-S11)', async () => {
  const other = await socketServer();
  const server = await socketServer(
    `HTTP/1.1 302 Found\r\nLocation: ${other.url}/agent\r\nContent-Length: 0\r\n\r\n`,
  );
  const actor = start(server.url);

  await actor.fact('socket.refused');
  await eventually(() => server.requests[0]?.socket.destroyed === true);

  expect(seen(actor.facts)).toEqual([{ type: 'socket.refused', status: 302 }]);
  expect(other.requests).toEqual([]);
});

it('names host and port of a server out of reach, and nothing else of its address (R-A1, R-S6)', async () => {
  const port = await closedPort();
  const actor = start(`ws://127.0.0.1:${port}/lk?token=hush`);

  expect(seen([await actor.fact('socket.failed')])).toEqual([
    {
      type: 'socket.failed',
      error: {
        code: 'ECONNREFUSED',
        message: `Cannot connect to 127.0.0.1:${port}: nothing listens there.`,
      },
    },
  ]);
});

it('says that the name of a server is unknown, which may pass (R-A2)', async () => {
  const { error } = await start('ws://no-such-name.invalid').fact('socket.failed');

  expect(['ENOTFOUND', 'EAI_AGAIN']).toContain(error.code);
  expect(error.message).toMatch(
    /^Cannot connect to no-such-name\.invalid:80: (this host name is unknown|the name server did not answer)\.$/,
  );
});

it('reports an address of which no socket can be made (R-S6)', async () => {
  const actor = start('localhost:7880?token=hush');

  const { error } = await actor.fact('socket.failed');

  expect(error.code).toBe('ERR_CONNECTION_FAILED');
  expect(error.message).toMatch(/starts with ws, wss, http or https/);
  expect(JSON.stringify(actor.facts)).not.toMatch(/hush/);
});

it.each([
  ['closes', (socket: WebSocket) => socket.close(1012), 1012],
  ['vanishes', (socket: WebSocket) => socket.terminate(), 1006],
  ['sends more than a frame may hold', (socket: WebSocket) => socket.send(Buffer.alloc(5e6)), 1006],
] as const)('reports the end once when the server %s (R-A9, R-B2)', async (_, act, code) => {
  const { actor, socket } = await connect(await socketServer());
  const gone = once(socket, 'close');

  act(socket);
  await actor.fact('socket.closed');
  await gone;

  expect(seen(actor.facts)).toEqual([{ type: 'socket.opened' }, { type: 'socket.closed', code }]);
});

it('says goodbye when it is told to close', async () => {
  const { actor, socket } = await connect(await socketServer());
  const gone = once(socket, 'close');

  actor.send({ type: 'close' });

  expect((await gone)[0]).toBe(1000);
  expect(seen([await actor.fact('socket.closed')])).toEqual([
    { type: 'socket.closed', code: 1000 },
  ]);
});

it('gives up at once when it is told to close before it is open', async () => {
  const server = await socketServer();
  const actor = start(server.url);

  actor.send({ type: 'close' });

  expect(seen(actor.facts)).toEqual([{ type: 'socket.closed', code: 1000 }]);
});

it('terminates its socket when it is stopped (R-A11)', async () => {
  const { actor, socket } = await connect(await socketServer());
  const gone = once(socket, 'close');

  actor.stop();

  expect((await gone)[0]).toBe(1006);
  expect(seen(actor.facts)).toEqual([{ type: 'socket.opened' }]);
});

it('connects nowhere when it was stopped while it prepared', async () => {
  const server = await socketServer();
  const arrival = server.connection();

  start(server.url).stop();
  start(`${server.url}/second`);
  await arrival;

  expect(server.requests.map(({ url }) => url)).toEqual(['/second/agent?protocol=1']);
});

it('rolls dice between 0 and 1 with every end', async () => {
  const actor = start('');

  const { jitter } = await actor.fact('socket.failed');

  expect(jitter >= 0 && jitter < 1).toBe(true);
});
