import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createTestServer, type TestServer } from '../../src/testing/index.js';
import { seen } from '../support/seen.js';
import { agentFile, runProgram, type WorkerProgram } from '../support/worker-program.js';

const agent = agentFile('obeys-in-one-file.mjs');

async function serve(): Promise<TestServer> {
  const server = await createTestServer();
  onTestFinished(() => server.stop());
  return server;
}

/** A port of this machine that is taken until the end of the test, or free. */
async function somePort(use: 'taken' | 'free'): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => listener.close(() => resolve()));
  if (use === 'free') await close();
  else onTestFinished(close);
  return port;
}

/** How it ended, and the line that says why. A stack trace is for bugs of ours. */
async function endOf(program: WorkerProgram) {
  const { code } = await program.exited;
  const fatal = program.lines().find(({ level }) => level === 'fatal');
  expect(`${program.stdout()}${program.stderr()}`).not.toMatch(/^\s+at |\\n\s+at /m);
  await program.gone();
  return { code, said: program.stderr() || fatal?.msg };
}

it('names all three missing credentials in one error and starts nothing (F-13, F-140)', async () => {
  const program = runProgram([agent, 'start']);

  expect(await endOf(program)).toEqual({
    code: 78,
    said: expect.stringMatching(
      /^error: missing LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET\n/,
    ),
  });
  expect(program.stdout()).toBe('');
});

it.each(['not a url', 'ftp://127.0.0.1', 'ws://'])(
  'refuses the address %j (F-140, O-11)',
  async (url) => {
    const program = runProgram([agent, 'start', '--url', url], {
      env: { LIVEKIT_API_KEY: 'devkey', LIVEKIT_API_SECRET: 'secret' },
    });

    expect(await endOf(program)).toEqual({
      code: 78,
      said: `error: Invalid worker options:\n- url (from --url): expected a ws, wss, http or https URL without user name and password, got "${url}".\n`,
    });
  },
);

it('gives a server up that nobody reaches, and exits 69 (F-140, D-17)', async () => {
  const server = await serve();
  const url = `ws://127.0.0.1:${await somePort('free')}`;

  const program = runProgram([agent, 'start', '--url', url], { server });

  expect(await endOf(program)).toEqual({
    code: 69,
    said: `The server could not be reached in one attempt. The last one: Cannot connect to ${new URL(url).host}: nothing listens there.`,
  });
});

it('asks three times with fresh tokens before it believes that its credentials are refused, and exits 77 (F-140, D-17)', async () => {
  const server = await serve();
  const program = runProgram([agentFile('tries-in-a-hurry.mjs'), 'start'], {
    server,
    env: { LIVEKIT_API_SECRET: 'another secret' },
  });

  const end = await endOf(program);

  expect(end).toEqual({ code: 77, said: expect.stringMatching(/refused the API key.*HTTP 401/) });
  expect(program.lines().filter(({ event }) => event === 'worker.disconnected').length).toBe(2);
  expect(`${program.stdout()}${program.stderr()}`).not.toMatch(/another secret|eyJ/);
});

it('knows at once that an address without agents is wrong, and exits 78 (F-140, D-17)', async () => {
  const server = await serve();
  server.rejectUpgrade(404);

  const program = runProgram([agent, 'start'], { server });

  expect(await endOf(program)).toEqual({
    code: 78,
    said: expect.stringMatching(/no agent endpoint.*LIVEKIT_URL/),
  });
  expect(server.workers).toEqual([]);
});

it('says that its port is taken before it registers, and exits 78 (F-140, N-46, R-F12)', async () => {
  const server = await serve();
  const port = await somePort('taken');

  const program = runProgram([agent, 'start', '--port', String(port)], { server });

  expect(await endOf(program)).toEqual({
    code: 78,
    said: expect.stringContaining(`${port}`),
  });
  expect(server.frames).toEqual([]);
});

it('registers without health endpoints, though the port is taken (N-46)', async () => {
  const server = await serve();
  const port = await somePort('taken');

  const program = runProgram([agent, 'start', '--no-http', '--port', String(port)], { server });
  await program.warm();
  program.signal('SIGTERM');

  expect((await program.exited).code).toBe(0);
  expect(program.lines().map(({ event }) => event)).not.toContain('http.listening');
});

it('exits 1 for a bug, which it tells with its place (F-140, D-17)', async () => {
  const server = await serve();

  const program = runProgram([agentFile('breaks-its-worker.mjs'), 'start'], { server });

  expect(await program.exited).toEqual({ code: 1, signal: null });
  expect(await program.hear('worker.failed')).toMatchObject({
    level: 'fatal',
    error_code: 'ERR_INTERNAL',
    msg: expect.stringContaining('a bug'),
  });
  await seen(() => program.left().length === 0 || undefined);
});
