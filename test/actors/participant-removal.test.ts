import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TokenVerifier } from 'livekit-server-sdk';
import { expect, it, onTestFinished } from 'vitest';
import { createActor, toPromise } from 'xstate';
import { participantRemoval } from '../../src/actors/participant-removal.actor.js';
import { Secret } from '../../src/secret.js';
import { closedPort } from '../support/socket-server.js';

const keys = { apiKey: 'testkey', apiSecret: 'a-secret-of-32-characters-length' };
const credentials = new Secret(keys);
const remove = (port: number, path = '') => {
  const url = `ws://127.0.0.1:${port}${path}`;
  const actor = createActor(participantRemoval, {
    input: { url, credentials, room: 'marker-room', identity: 'marker-identity' },
  });
  return toPromise(actor.start());
};

/** A room service that answers every call in the same way. */
const roomService = async (status: number, reply: object) => {
  const calls: { path: string | undefined; body: unknown; request: IncomingMessage }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    calls.push({ path: request.url, body: JSON.parse(body), request });
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(reply));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { calls, port: (server.address() as AddressInfo).port };
};

it('removes the participant with a token for that room', async () => {
  const { calls, port } = await roomService(200, {});

  await remove(port);

  const [call] = calls;
  const token = call?.request.headers.authorization?.slice('Bearer '.length) ?? '';
  const claims = await new TokenVerifier(keys.apiKey, keys.apiSecret).verify(token);
  expect(calls.length).toBe(1);
  expect(call?.path).toBe('/twirp/livekit.RoomService/RemoveParticipant');
  expect(call?.body).toEqual({ room: 'marker-room', identity: 'marker-identity' });
  expect(claims.video).toEqual({ roomAdmin: true, room: 'marker-room' });
});

it('calls below the path of the address', async () => {
  const { calls, port } = await roomService(200, {});

  await remove(port, '/lk/');

  expect(calls.map(({ path }) => path)).toEqual([
    '/lk/twirp/livekit.RoomService/RemoveParticipant',
  ]);
});

it('is content when the participant is not there', async () => {
  const { port } = await roomService(404, { code: 'not_found', msg: 'participant does not exist' });

  expect(await remove(port)).toBeUndefined();
});

it('fails without the names that the server may have repeated', async () => {
  const { port } = await roomService(500, { code: 'internal', msg: 'marker-room is broken' });

  await expect(remove(port)).rejects.toMatchObject({
    code: 'ERR_CONNECTION_FAILED',
    message: expect.stringMatching(/^(?!.*marker).*The server answered with HTTP 500\.$/),
  });
});

it('fails when the server is out of reach', async () => {
  const port = await closedPort();

  await expect(remove(port)).rejects.toMatchObject({
    code: 'ERR_CONNECTION_FAILED',
    message: expect.stringMatching(/Cannot connect to 127\.0\.0\.1:\d+: nothing listens there\.$/),
  });
});
