import { expect, it, onTestFinished } from 'vitest';
import { createActor, toPromise } from 'xstate';
import { roomLookup } from '../../src/actors/room-lookup.actor.js';
import { Secret } from '../../src/secret.js';
import { createTestServer } from '../../src/testing/index.js';
import { tunnelProxy } from '../support/tunnel-proxy.js';

const serve = async () => {
  const server = await createTestServer();
  onTestFinished(() => server.stop());
  return server;
};

it('looks for a room and for somebody in it through the proxy of the worker (F-20, F-131)', async () => {
  const [server, way] = [await serve(), await tunnelProxy()];
  const { sid } = server.createRoom({ name: 'lobby', metadata: 'm' });
  const ann = server.join('lobby', { identity: 'ann', attributes: { tenant: '7' } });

  const looking = createActor(roomLookup, {
    input: {
      url: server.url,
      credentials: new Secret({ apiKey: server.apiKey, apiSecret: server.apiSecret.reveal() }),
      options: { httpProxy: new Secret(way.url) },
      room: 'lobby',
      identity: 'ann',
    },
  });

  expect(await toPromise(looking.start())).toEqual({
    room: { sid, name: 'lobby', metadata: 'm' },
    participant: {
      sid: ann.sid,
      identity: 'ann',
      name: '',
      metadata: '',
      attributes: { tenant: '7' },
    },
  });
  expect(way.tunnels.map(({ target }) => target)).toEqual(
    [1, 2].map(() => new URL(server.url).host),
  );
});
