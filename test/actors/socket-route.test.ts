import { once } from 'node:events';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { agentSocket } from '../../src/actors/agent-socket.actor.js';
import type {
  Command,
  Fact,
  SocketInput,
  SocketOptions,
} from '../../src/machines/connection.types.js';
import { Secret } from '../../src/secret.js';
import { certificate } from '../support/certificates.js';
import { runActor } from '../support/run-actor.js';
import { closedPort, socketServer } from '../support/socket-server.js';
import { setVariable, temporaryFolder } from '../support/temporary.js';
import { tunnelProxy } from '../support/tunnel-proxy.js';

const credentials = new Secret({
  apiKey: 'testkey',
  apiSecret: 'a-secret-of-32-characters-length',
});
const start = (url: string, options: SocketOptions = {}) =>
  runActor<Command, Fact, SocketInput>(agentSocket, { url, credentials, options });

/** A WebSocket server behind TLS that counts who gets as far as a request. */
async function secureServer(pem: string) {
  const requests: (string | undefined)[] = [];
  const server = createSecureServer({ key: pem, cert: pem });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (_, request) => requests.push(request.headers.authorization));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
    server.closeAllConnections();
  });
  return { requests, port: (server.address() as AddressInfo).port };
}

const messageOf = async (actor: ReturnType<typeof start>): Promise<string> =>
  (await actor.fact('socket.failed')).error.message;

describe('a proxy', () => {
  it('is gone through when the option names it (F-20, O-16, R-A14)', async () => {
    const server = await socketServer();
    const way = await tunnelProxy();

    await start(server.url, { httpProxy: new Secret(way.url) }).fact('socket.opened');

    expect(way.tunnels).toEqual([{ target: `127.0.0.1:${server.port}`, authorization: undefined }]);
    expect(way.plain).toEqual([]);
  });

  it('gets the user and password of its address', async () => {
    const server = await socketServer();
    const way = await tunnelProxy();
    const address = way.url.replace('//', '//user:p%40ss@');

    await start(server.url, { httpProxy: new Secret(address) }).fact('socket.opened');

    expect(way.tunnels.map(({ authorization }) => authorization)).toEqual([
      `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
    ]);
  });

  it.each(['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'])(
    'is gone through when %s names it (F-20, E-12)',
    async (name) => {
      const server = await socketServer();
      const way = await tunnelProxy();
      setVariable(name, way.url);

      await start(server.url).fact('socket.opened');

      expect(way.tunnels.length).toBe(1);
    },
  );

  it.each(['127.0.0.1', '*', 'example.com,127.0.0.1'])(
    'is passed by for what NO_PROXY=%s names (F-20)',
    async (exceptions) => {
      const server = await socketServer();
      const way = await tunnelProxy();
      setVariable('HTTP_PROXY', way.url);
      setVariable('NO_PROXY', exceptions);

      await start(server.url).fact('socket.opened');

      expect(way.tunnels).toEqual([]);
    },
  );

  it('is passed by when the option is null, whatever the environment says (O-16)', async () => {
    const server = await socketServer();
    const way = await tunnelProxy();
    setVariable('HTTP_PROXY', way.url);

    await start(server.url, { httpProxy: null }).fact('socket.opened');

    expect(way.tunnels).toEqual([]);
  });

  it('that asks for credentials is a refusal, and nothing goes past it (R-A14)', async () => {
    const server = await socketServer();
    const way = await tunnelProxy(407);

    const { status } = await start(server.url, { httpProxy: new Secret(way.url) }).fact(
      'socket.refused',
    );

    expect(status).toBe(407);
    expect(server.requests).toEqual([]);
  });

  it('that is out of reach is named without its password (R-A14)', async () => {
    const server = await socketServer();
    const port = await closedPort();
    const httpProxy = new Secret(`http://user:hush@127.0.0.1:${port}`);

    expect(await messageOf(start(server.url, { httpProxy }))).toBe(
      `Cannot connect to 127.0.0.1:${server.port} through the proxy 127.0.0.1:${port}: nothing listens there.`,
    );
    expect(server.requests).toEqual([]);
  });

  it('that is no address is said so, and the server is not asked without it', async () => {
    const server = await socketServer();
    setVariable('HTTP_PROXY', 'socks5://user:hush@127.0.0.1:1080');

    expect(await messageOf(start(server.url))).toBe(
      `Cannot connect to 127.0.0.1:${server.port}: the proxy is no http or https URL; check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY.`,
    );
    expect(server.requests).toEqual([]);
  });
});

describe('a certificate', () => {
  const expectNothingSent = (server: { readonly requests: readonly unknown[] }) =>
    expect(server.requests).toEqual([]);

  it('of an unknown authority is refused before anything is sent (R-A3)', async () => {
    const server = await secureServer(certificate('own').pem);

    expect(await messageOf(start(`wss://localhost:${server.port}`))).toBe(
      `Cannot connect to localhost:${server.port}: its certificate is not trusted; name its authority in caFile.`,
    );
    expectNothingSent(server);
  });

  it('of an authority in caFile is trusted (F-21)', async () => {
    const { file: caFile, pem } = certificate('own');
    const server = await secureServer(pem);

    await start(`wss://localhost:${server.port}`, { caFile }).fact('socket.opened');

    expect(server.requests.length).toBe(1);
  });

  it.each([
    ['for another host', 'other', 'is for another host name'],
    ['that has expired', 'expired', 'has expired'],
  ] as const)('%s is refused before anything is sent (R-A3)', async (_, name, why) => {
    const { file: caFile, pem } = certificate(name);
    const server = await secureServer(pem);

    expect(await messageOf(start(`wss://localhost:${server.port}`, { caFile }))).toBe(
      `Cannot connect to localhost:${server.port}: its certificate ${why}.`,
    );
    expectNothingSent(server);
  });

  it('is missed where the server does not speak TLS (R-A3)', async () => {
    const server = await socketServer();

    expect(await messageOf(start(`wss://127.0.0.1:${server.port}`))).toBe(
      `Cannot connect to 127.0.0.1:${server.port}: it does not speak TLS; a server without it has an address that begins with ws.`,
    );
  });

  it('that cannot be read is said so', async () => {
    const server = await socketServer();
    const caFile = join(temporaryFolder(), 'gone.pem');

    expect(await messageOf(start(server.url, { caFile }))).toMatch(/ENOENT/);
    expect(server.requests).toEqual([]);
  });
});
