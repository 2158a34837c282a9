import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { httpServer } from '../../src/actors/http-server.actor.js';
import { listenFailure } from '../../src/actors/listen-failure.js';
import type { HttpCommand, HttpFact, HttpInput } from '../../src/machines/worker.types.js';
import { eventually } from '../support/eventually.js';
import { runActor } from '../support/run-actor.js';

const start = async (timeoutMs?: number) => {
  const actor = runActor<HttpCommand, HttpFact, HttpInput>(
    httpServer(timeoutMs === undefined ? {} : { timeoutMs }),
    { host: '127.0.0.1', port: 0 },
  );
  const { port } = await actor.fact('http.listening');
  /** Answers the request of this number as soon as it is there. */
  const answer = async (request: number, status: number, body: string) => {
    await actor.fact('http.requested', (fact) => fact.request === request);
    actor.send({ type: 'respond', request, status, body });
  };
  return { ...actor, port, answer, url: `http://127.0.0.1:${port}` };
};
const raw = async (port: number, text: string) => {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
  return socket;
};
/** Everything that comes until the server hangs up. */
const rest = async (socket: Socket) => {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  await once(socket, 'close');
  return text;
};
const statusLine = (text: string) => text.split('\r\n', 1)[0];

it('says where it listens (O-14, R-S14)', async () => {
  const { facts, port } = await start();

  expect(facts).toEqual([{ type: 'http.listening', host: '127.0.0.1', port }]);
  expect(port > 0).toBe(true);
});

it('answers that it lives by itself, also with a query (F-143, N-24)', async () => {
  const { facts, url } = await start();

  const response = await fetch(`${url}/livez?verbose`);

  expect([response.status, await response.text()]).toEqual([200, 'OK']);
  expect(facts.length).toBe(1);
});

it.each([
  ['/', 'health'],
  ['/?x=1', 'health'],
  ['/readyz', 'ready'],
  ['/worker', 'worker'],
])('lets the machine answer %s (F-143, R-S13)', async (path, route) => {
  const { answer, facts, url } = await start();

  const answered = answer(1, 503, '{"ready":false}');
  const response = await fetch(`${url}${path}`);
  await answered;

  expect([response.status, await response.json()]).toEqual([503, { ready: false }]);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'cache-control': 'no-store',
    'content-length': '15',
    'content-type': 'application/json',
  });
  expect(facts.slice(1)).toEqual([{ type: 'http.requested', request: 1, route }]);
});

it('answers requests in any order, and each with its own answer', async () => {
  const { answer, url } = await start();
  const first = fetch(`${url}/`);
  const second = fetch(`${url}/readyz`);

  await answer(2, 200, 'two');
  await answer(1, 200, 'one');

  const texts = await Promise.all([first, second].map(async (it) => (await it).text()));
  expect(texts.sort()).toEqual(['one', 'two']);
});

it('answers HEAD without a body', async () => {
  const { answer, url } = await start();

  const answered = answer(1, 200, 'OK');
  const response = await fetch(url, { method: 'HEAD' });
  await answered;

  expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([
    200,
    '2',
    '',
  ]);
});

it.each(['/nothing', '/livez/', '//', '/%2e%2e/readyz', '/worker/../readyz', '/__proto__'])(
  'knows nothing at %s, and repeats nothing of it (R-S13)',
  async (path) => {
    const { facts, port } = await start();

    const text = await rest(
      await raw(port, `GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`),
    );

    expect(statusLine(text)).toBe('HTTP/1.1 404 Not Found');
    expect(text.endsWith('\r\n\r\nNot Found')).toBe(true);
    expect(facts.length).toBe(1);
  },
);

it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('takes no %s (R-S13)', async (method) => {
  const { facts, port } = await start();

  const text = await rest(
    await raw(port, `${method} / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nbody`),
  );

  expect(statusLine(text)).toBe('HTTP/1.1 405 Method Not Allowed');
  expect(text).toMatch(/\r\nAllow: GET, HEAD\r\n/);
  expect(facts.length).toBe(1);
});

it('says nothing of what it is made of (R-S13)', async () => {
  const { url } = await start();

  const { headers } = await fetch(`${url}/livez`);

  expect([...headers.keys()].filter((name) => /server|powered|version/.test(name))).toEqual([]);
});

it('refuses headers of more than 4 KiB (R-S13)', async () => {
  const { port } = await start();

  const text = await rest(
    await raw(port, `GET /livez HTTP/1.1\r\nHost: h\r\nX-Long: ${'x'.repeat(5_000)}\r\n\r\n`),
  );

  expect(statusLine(text)).toBe('HTTP/1.1 431 Request Header Fields Too Large');
});

it('hangs up on headers that do not end (R-F13, R-S13)', async () => {
  const { port } = await start(100);

  const text = await rest(await raw(port, 'GET /livez HTTP/1.1\r\nHost: h\r\n'));

  expect(statusLine(text)).toBe('HTTP/1.1 408 Request Timeout');
});

it('hangs up on a connection that stays idle (R-S13)', async () => {
  const { port } = await start(100);

  const text = await rest(await raw(port, 'GET /livez HTTP/1.1\r\nHost: h\r\n\r\n'));

  expect(statusLine(text)).toBe('HTTP/1.1 200 OK');
});

it('answers 503 for a machine that does not answer, and bears its late answer', async () => {
  const { send, url } = await start(100);

  const response = await fetch(`${url}/`);
  send({ type: 'respond', request: 1, status: 200, body: 'late' });

  expect([response.status, await response.text()]).toEqual([503, 'Service Unavailable']);
});

it('bears the answer to a client that is gone, and to nobody', async () => {
  const { fact, send, port, url } = await start();
  const request = httpRequest({ port, host: '127.0.0.1' }).on('error', () => {});
  request.end();
  await fact('http.requested');

  request.destroy();
  send({ type: 'respond', request: 1, status: 200, body: 'OK' });
  send({ type: 'respond', request: 1, status: 200, body: 'again' });
  send({ type: 'respond', request: 99, status: 200, body: 'OK' });

  expect((await fetch(`${url}/livez`)).status).toBe(200);
});

it('holds at most 64 connections (R-F13, R-S13)', async () => {
  const { port } = await start();
  const sockets = await Promise.all(Array.from({ length: 80 }, () => raw(port, 'GET')));
  const closed = () => sockets.filter((socket) => socket.closed).length;

  for (const socket of sockets) socket.resume();
  await eventually(() => closed() === 16);

  expect(closed()).toBe(16);
});

it('answers a probe while others hold all connections and send nothing (R-F13)', async () => {
  const { port, url } = await start();
  const sockets = await Promise.all(Array.from({ length: 70 }, () => raw(port, 'GET')));

  expect((await fetch(`${url}/livez`)).status).toBe(200);
  expect(sockets.filter((socket) => socket.destroyed).length).toBeLessThan(70);
});

it('takes several requests in one packet, and a target that is a whole address (R-S13)', async () => {
  const { port } = await start();
  const get = (target: string, more = '') => `GET ${target} HTTP/1.1\r\nHost: h\r\n${more}\r\n`;

  const text = await rest(
    await raw(port, get('/livez') + get('http://h/livez', 'Connection: close\r\n')),
  );

  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404']);
});

it('hangs up on a body that does not come (R-S13)', async () => {
  const { port } = await start(100);

  const text = await rest(
    await raw(port, 'GET /livez HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n'),
  );

  expect(statusLine(text)).toBe('HTTP/1.1 200 OK');
});

it('fails with the remedy when its port is taken (O-15, N-46, R-F12)', async () => {
  const { port } = await start();

  const second = runActor<HttpCommand, HttpFact, HttpInput>(httpServer(), {
    host: '127.0.0.1',
    port,
  });
  await second.fact('http.failed');

  expect(second.facts).toEqual([
    {
      type: 'http.failed',
      error: {
        code: 'ERR_PORT_IN_USE',
        message: `Another program listens on 127.0.0.1:${port}. Give the option "port" another number, or 0 for any free port.`,
      },
    },
  ]);
});

it.each([
  [{ host: '192.0.2.1', port: 0 }, /^Cannot listen on 192\.0\.2\.1:0: .*EADDRNOTAVAIL.* "host" /],
  [{ host: 'no-host.invalid', port: 0 }, /^Cannot listen on no-host\.invalid:0: .* "host" /],
  [{ host: '::2', port: 0 }, /^Cannot listen on \[::2\]:0: .* "host" /],
  [{ host: '127.0.0.1', port: 70_000 }, /^Cannot listen on 127\.0\.0\.1:70000: .*"port"/],
])('says once where it cannot listen, why, and what to do: %o', async (input, message) => {
  const actor = runActor<HttpCommand, HttpFact, HttpInput>(httpServer(), input);
  await actor.fact('http.failed');

  expect(actor.facts).toEqual([
    {
      type: 'http.failed',
      error: { code: 'ERR_HTTP_SERVER', message: expect.stringMatching(message) },
    },
  ]);
});

it.each([
  ['EACCES', /EACCES.*reserved.*"port"/],
  ['ENOTFOUND', /ENOTFOUND.*"host" an address of this machine/],
  ['EMFILE', /EMFILE.*Check the options/],
])('has a remedy for %s', (code, message) => {
  const error = Object.assign(new Error(`listen ${code}`), { code });

  expect(listenFailure('127.0.0.1', 80, error)).toEqual({
    code: 'ERR_HTTP_SERVER',
    message: expect.stringMatching(message),
  });
});

it('closes its port and every connection when it is stopped', async () => {
  const { fact, port, stop } = await start();
  const idle = await raw(port, 'GET /livez HTTP/1.1\r\nHost: h\r\n\r\n');
  const waiting = await raw(port, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n');
  await fact('http.requested');

  const ends = Promise.all([rest(idle), rest(waiting)]);
  stop();

  expect((await ends)[1]).toBe('');
  const again = connect(port, '127.0.0.1');
  await expect(once(again, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
