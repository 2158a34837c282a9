import { createHmac } from 'node:crypto';
import { JobType, RegisterWorkerRequest, ServerInfo_Edition } from '@livekit/protocol';
import { describe, expect, it } from 'vitest';
import { mintToken } from '../support/bare-worker.js';
import { connect, knock, serve, serveInVirtualTime } from './serve.js';

const now = () => Math.floor(Date.now() / 1000);

/** A token as no library would sign it. */
function forge(claims: object, { alg = 'HS256', secret = 'secret' } = {}): string {
  const body = [
    { alg, typ: 'JWT' },
    { iss: 'devkey', video: { agent: true }, ...claims },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const hash = alg === 'HS512' ? 'sha512' : 'sha256';
  return `${body}.${createHmac(hash, secret).update(body).digest('base64url')}`;
}

describe('the door', () => {
  it.each(['/agent', '//agent', '/agent?protocol=2'])('opens %s', async (path) => {
    const server = await serve();

    expect(await knock(server, { path })).toEqual({ status: 101, body: '' });
  });

  it('takes the token of the query', async () => {
    const server = await serve();
    const path = `/agent?access_token=${await mintToken(server)}`;

    expect(await knock(server, { path, headers: {} })).toEqual({ status: 101, body: '' });
  });

  it.each(['/agent/', '/agents', '/rtc'])('knows no %s', async (path) => {
    const server = await serve();

    expect(await knock(server, { path })).toEqual({ status: 404, body: 'not found' });
  });

  it.each([
    ['no token', {}],
    ['another scheme', { authorization: `Token ${forge({ exp: now() + 60 })}` }],
  ])('answers 401 to %s', async (_, headers) => {
    const server = await serve();

    expect(await knock(server, { headers })).toEqual({
      status: 401,
      body: 'invalid authorization token',
    });
  });

  it.each([
    ['rubbish', 'rubbish'],
    ['no agent grant', forge({ exp: now() + 60, video: {} })],
    ['an agent grant that is false', forge({ exp: now() + 60, video: { agent: false } })],
    ['an unknown key', forge({ exp: now() + 60, iss: 'nobody' })],
    ['a wrong secret', forge({ exp: now() + 60 }, { secret: 'guess' })],
    ['another algorithm', forge({ exp: now() + 60 }, { alg: 'HS512' })],
    ['a token that expired 65 s ago', forge({ exp: now() - 65 })],
    ['a token that begins in 65 s', forge({ exp: now() + 600, nbf: now() + 65 })],
  ])('answers 401 to %s, without echoing the token', async (_, token) => {
    const server = await serve();

    expect(await knock(server, { token })).toEqual({
      status: 401,
      body: 'invalid authorization token',
    });
  });

  it('takes a token that expired within the last minute', async () => {
    const server = await serve();

    expect(await knock(server, { token: forge({ exp: now() - 55 }) })).toEqual({
      status: 101,
      body: '',
    });
  });

  it('knows more than one key pair', async () => {
    const server = await serve({ keys: { devkey: 'secret', other: 'word' } });
    const token = forge({ exp: now() + 60, iss: 'other' }, { secret: 'word' });

    const worker = await connect(server, { token });

    expect(server.workers.map(({ id, name }) => ({ id, name }))).toEqual([
      { id: worker.id(), name: 'other' },
    ]);
  });

  it.each([
    ['/', 200, 'OK'],
    ['/agent', 404, 'not found'],
    ['/rooms', 404, 'not found'],
  ])('answers a plain GET %s with %i', async (path, status, body) => {
    const server = await serve();
    const response = await fetch(`${server.httpUrl}${path}`);

    expect({ status: response.status, body: await response.text() }).toEqual({ status, body });
  });

  it('listens on loopback and says so when the port is taken', async () => {
    const server = await serve();

    await expect(serve({ port: server.port })).rejects.toMatchObject({ code: 'ERR_PORT_IN_USE' });
  });
});

describe('registration', () => {
  it('answers with a worker id and the server that it imitates (F-155)', async () => {
    const server = await serve();
    const worker = await connect(server);
    const [answer] = worker.all('register');

    expect(answer?.workerId).toMatch(/^AW_/);
    expect({ ...answer?.serverInfo, nodeId: '', version: '' }).toMatchObject({
      edition: ServerInfo_Edition.Standard,
      protocol: 17,
      agentProtocol: 1,
    });
  });

  it('keeps what the worker said about itself', async () => {
    const server = await serve();
    const worker = await connect(server, {
      register: {
        type: JobType.JT_PUBLISHER,
        agentName: 'helper *',
        version: '1.2.3',
        deployment: 'blue',
      },
    });

    expect(server.workers).toEqual([
      {
        id: worker.id(),
        name: 'devkey',
        type: 'publisher',
        agentName: 'helper *',
        namespace: '',
        deployment: 'blue',
        version: '1.2.3',
        status: 'available',
        load: 0,
        jobCount: 0,
        jobs: [],
        migrated: [],
      },
    ]);
  });

  it('gives every connection a new id', async () => {
    const server = await serve();
    const first = await connect(server);
    await first.close();
    await server.waitFor(() => server.workers.length === 0);

    const second = await connect(server);

    expect(second.id()).not.toBe(first.id());
  });

  it.each([
    ['an unknown job type', { type: 9 }],
    ['a deployment with an underscore', { deployment: 'a_b' }],
    ['a deployment with a space', { deployment: 'a b' }],
    ['a deployment of 65 characters', { deployment: 'a'.repeat(65) }],
  ])('cuts a worker with %s without a close frame', async (_, register) => {
    const server = await serve();
    const worker = await connect(server, { register: register as never });

    expect(worker.closeCode()).toBe(1006);
  });

  it('cuts who does not register within 10 s, pings or not (F-156)', async () => {
    const { server, clock } = await serveInVirtualTime();
    const worker = await connect(server, { register: false });

    clock.advance(9_999);
    await worker.flush();
    expect(worker.closeCode()).toBe(undefined);

    clock.advance(1);
    await worker.until(() => worker.closeCode() !== undefined);
    expect(worker.closeCode()).toBe(1006);
  });

  it('lets a registered worker be silent', async () => {
    const { server, clock } = await serveInVirtualTime({ pingInterval: Number.POSITIVE_INFINITY });
    const worker = await connect(server);

    clock.advance(60_000);
    await worker.flush();

    expect(server.workers.length).toBe(1);
  });
});

describe('frames', () => {
  it.each([
    ['garbage', Uint8Array.from([0xff, 0xff])],
    ['an empty frame', new Uint8Array()],
    ['garbage as text', '{"nothing":'],
    ['an unknown message as text', '{"nothing":{}}'],
  ])('cuts who begins with %s', async (_, payload) => {
    const server = await serve();
    const worker = await connect(server, { register: false });

    worker.socket.send(payload);
    await worker.until(() => worker.closeCode() !== undefined);

    expect(worker.closeCode()).toBe(1006);
  });

  it('cuts who begins with anything but register or ping', async () => {
    const server = await serve();
    const worker = await connect(server, { register: false });

    worker.report('available', 0);
    await worker.until(() => worker.closeCode() !== undefined);

    expect(worker.closeCode()).toBe(1006);
  });

  it('cuts who registers twice or sends garbage later', async () => {
    const server = await serve();
    const twice = await connect(server);
    const garbler = await connect(server);

    twice.send({ case: 'register', value: new RegisterWorkerRequest() });
    garbler.socket.send(Uint8Array.from([0xff]));
    await twice.until(() => twice.closeCode() !== undefined);
    await garbler.until(() => garbler.closeCode() !== undefined);

    expect([twice.closeCode(), garbler.closeCode()]).toEqual([1006, 1006]);
  });

  it('answers text in JSON, unknown fields and all (F-155)', async () => {
    const server = await serve();
    const worker = await connect(server, { register: false, json: true });

    worker.socket.send('{"register":{"agentName":"text","shoeSize":43}}');
    await worker.until(() => worker.all('register').length === 1);

    expect(server.workers.map(({ agentName }) => agentName)).toEqual(['text']);
  });

  it('answers a ping with both times', async () => {
    const { server, clock } = await serveInVirtualTime();
    const worker = await connect(server);
    clock.advance(1_234);

    worker.send({ case: 'ping', value: { timestamp: 42n } as never });
    await worker.until(() => worker.all('pong').length === 1);

    expect(
      worker.all('pong').map(({ lastTimestamp, timestamp }) => [lastTimestamp, timestamp]),
    ).toEqual([[42n, 1_234n]]);
  });

  it('pings every 10 s and answers the pings of workers', async () => {
    const { server, clock } = await serveInVirtualTime();
    const worker = await connect(server);
    let pings = 0;
    worker.socket.on('ping', () => {
      pings += 1;
    });

    clock.advance(10_000);
    await worker.flush();
    expect(pings).toBe(1);

    worker.socket.ping();
    await worker.until(() => worker.pongs() === 1);
  });

  it('ignores unknown job ids, unknown statuses and odd loads', async () => {
    const server = await serve();
    const worker = await connect(server);

    worker.answer('AJ_nobody');
    worker.updateJob('AJ_nobody');
    worker.updateJob('AJ_nobody', 7 as never);
    worker.report('available', Number.NaN);
    worker.report('available', -1);
    worker.report('available', 5);
    worker.send({ case: 'migrateJob', value: { jobIds: ['AJ_nobody'] } as never });
    await worker.flush();

    expect(server.workers.map(({ load, migrated }) => ({ load, migrated }))).toEqual([
      { load: 5, migrated: ['AJ_nobody'] },
    ]);
  });

  it('remembers frames of both directions', async () => {
    const server = await serve();
    const worker = await connect(server);
    await worker.flush();

    expect(
      server.frames.map(({ direction, name, connection }) => [direction, name, connection]),
    ).toEqual([
      ['in', 'register', worker.id()],
      ['out', 'register', worker.id()],
      ['in', 'ping', worker.id()],
      ['out', 'pong', worker.id()],
    ]);
  });
});
