import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createTestServer, type TestServer } from '../../src/testing/index.js';
import { seen } from '../support/seen.js';
import { closedPort } from '../support/socket-server.js';
import { agentFile, runProgram } from '../support/worker-program.js';

const agent = agentFile('tells-its-job-in-one-file.mjs');

/** A server that stands for the real one: it has rooms, and sees who registers. */
async function serve(): Promise<TestServer> {
  const server = await createTestServer();
  onTestFinished(() => server.stop());
  return server;
}

/** An address where something listens that is no LiveKit server. */
async function otherServer(): Promise<string> {
  const server = createServer((_, response) => response.writeHead(404).end('not found'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const connect = (server: TestServer | undefined, ...args: readonly string[]) =>
  runProgram([agent, 'connect', '--json', ...args], server && { server });

it('runs one job in a room of the server, which it makes, and exits 0 (F-131, F-67, F-140)', async () => {
  const server = await serve();

  const program = connect(server, '--room', 'lobby', '--metadata', 'hello');

  expect(await program.exited).toEqual({ code: 0, signal: null });
  expect(server.rooms.map(({ name }) => name)).toEqual(['lobby']);
  expect(await program.hear('job.log', ({ msg }) => msg === 'my job')).toMatchObject({
    type: 0,
    room: 'lobby',
    sid: server.rooms[0]?.sid,
    metadata: 'hello',
    simulated: false,
  });
  expect(program.stderr()).toBe('');
  await seen(() => program.left().length === 0 || undefined);
});

it('does not register, so that it gets no job but its own (F-131, F-153)', async () => {
  const server = await serve();
  const program = connect(server, '--room', 'lobby', '--metadata', 'stay');
  await program.hear('job.log', ({ msg }) => msg === 'my job');

  server.createRoom({ name: 'another' });
  program.signal('SIGINT');

  expect(await program.exited).toEqual({ code: 0, signal: null });
  expect(server.frames).toEqual([]);
  expect(program.lines().filter(({ event }) => event === 'job.started').length).toBe(1);
  expect(program.lines().map(({ event }) => event)).not.toContain('worker.registered');
});

it('tells the user it attends to from the agent itself (F-131, D-24)', async () => {
  const server = await serve();
  server.createRoom({ name: 'lobby', metadata: 'of the room', agents: [] });
  server.join('lobby', { identity: 'ann' });
  const people = ['--participant-identity', 'ann', '--agent-identity', 'bot'];

  const program = connect(server, '--room', 'lobby', ...people);

  expect(await program.hear('job.log', ({ msg }) => msg === 'my job')).toMatchObject({
    about: 'ann',
    me: 'bot',
  });
  expect((await program.exited).code).toBe(0);
});

it('says that nobody of the identity is there, and exits 78 (F-131, F-140)', async () => {
  const server = await serve();

  const program = connect(server, '--room', 'lobby', '--participant-identity', 'ann');

  expect((await program.exited).code).toBe(78);
  expect(program.stderr()).toBe(
    'error: --participant-identity: nobody called "ann" is in the room "lobby" now.\n',
  );
});

it('asks whom a publisher job is about (F-131)', async () => {
  const server = await serve();
  const args = [agentFile('takes-publishers-in-one-file.mjs'), 'connect', '--room', 'lobby'];

  const program = runProgram(args, { server });

  expect((await program.exited).code).toBe(78);
  expect(program.stderr()).toBe(
    'error: --participant-identity: missing; a publisher job is about somebody who is in the room.\n',
  );
});

it('exits 70 when its job failed (F-140)', async () => {
  const server = await serve();

  const program = connect(server, '--room', 'lobby', '--metadata', 'throw');

  expect((await program.exited).code).toBe(70);
  expect(await program.hear('job.ended')).toMatchObject({ error: 'no such tenant' });
});

it('exits 69 when the server is out of reach, 77 when it refuses the keys, 78 at another address (F-140)', async () => {
  const server = await serve();
  const nobody = `ws://127.0.0.1:${await closedPort()}`;
  const room = ['--room', 'lobby'];
  const wrongKey = { LIVEKIT_API_SECRET: 'hunter2' };

  const programs = [
    connect(server, ...room, '--url', nobody),
    runProgram([agent, 'connect', ...room], { server, env: wrongKey }),
    connect(server, ...room, '--url', await otherServer()),
  ];
  const ends = await Promise.all(programs.map(async ({ exited }) => (await exited).code));

  expect(ends).toEqual([69, 77, 78]);
  expect(programs.map((program) => program.stderr())).toEqual([
    expect.stringMatching(/^error: Cannot connect to 127\.0\.0\.1:\d+: nothing listens there\.\n$/),
    expect.stringMatching(/^error: The server refused the API key: HTTP 401\. [^\n]+\n$/),
    expect.stringMatching(/^error: There are no rooms at this address: HTTP 404\. [^\n]+\n$/),
  ]);
  expect(programs.map((program) => program.stdout())).toEqual(['', '', '']);
});
