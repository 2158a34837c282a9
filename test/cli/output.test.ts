import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { WorkerStatus } from '@livekit/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTestServer, type TestServer } from '../../src/testing/index.js';
import { seen } from '../support/seen.js';
import { agentFile } from '../support/worker-program.js';

const bin = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url));

/** A worker whose output the test reads or not, as it likes. */
async function start(args: readonly string[]) {
  const server = await createTestServer({ selectionWait: 0 });
  onTestFinished(() => server.stop());
  const child = spawn(process.execPath, args, {
    env: {
      PATH: process.env.PATH,
      LIVEKIT_URL: server.url,
      LIVEKIT_API_KEY: server.apiKey,
      LIVEKIT_API_SECRET: server.apiSecret.reveal(),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  onTestFinished(() => void child.kill('SIGKILL'));
  return { server, child, exited };
}

/** The worker itself said that it takes jobs. */
const isUp = async (server: TestServer): Promise<void> => {
  await server.waitFor(() =>
    server.frames.some(
      ({ message }) =>
        message?.message.case === 'updateWorker' &&
        message.message.value.status === WorkerStatus.WS_AVAILABLE,
    ),
  );
};

/** Runs jobs that write 10 MB each into the log, one after the other. */
async function logMuch(server: TestServer, jobs: number): Promise<void> {
  for (let count = 1; count <= jobs; count += 1) {
    server.createRoom({ name: `room-${server.jobs.length}` });
    await server.waitFor(() => server.jobs.at(-1)?.status === 'success', 15_000);
  }
}

const agent = agentFile('logs-much-in-one-file.mjs');

describe('a worker whose reader', () => {
  it.each([['start'], ['start --log-format pretty']])(
    'is gone goes on and ends well with %s (R-F10)',
    async (args) => {
      const { server, child, exited } = await start([agent, ...args.split(' ')]);
      await isUp(server);

      child.stdout.destroy();
      child.stderr.destroy();
      await logMuch(server, 2);
      child.kill('SIGTERM');

      expect(await exited).toEqual({ code: 0, signal: null });
    },
  );

  it.each([['start'], ['start --log-format pretty']])(
    'does not read takes calls and keeps its memory with %s (R-F10)',
    async (args) => {
      // Nobody reads the pipes: they are full after some 200 KiB. 80 MB would not fit into this heap.
      const heap = '--max-old-space-size=64';
      const { server, child, exited } = await start([heap, agent, ...args.split(' ')]);
      await isUp(server);

      await logMuch(server, 8);
      child.kill('SIGTERM');

      expect(await exited).toEqual({ code: 0, signal: null });
    },
  );
});

it('ends quietly when nobody reads the help (R-F10)', async () => {
  const { child, exited } = await start([bin, 'start', '--help']);
  let told = '';
  child.stderr.on('data', (text) => {
    told += text;
  });
  child.stdout.destroy();

  expect(await exited).toEqual({ code: 0, signal: null });
  await seen(() => child.stderr.closed || undefined);
  expect(told).toBe('');
});
