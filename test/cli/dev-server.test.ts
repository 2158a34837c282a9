import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { seen } from '../support/seen.js';
import { agentFile, runProgram } from '../support/worker-program.js';

const bin = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url));

it('serves a worker that takes over the variables it prints, until Ctrl-C', async () => {
  const server = runProgram([bin, 'dev-server', '--port', '0']);
  const printed = await seen(() => /^(LIVEKIT_URL=.+)$/m.exec(server.stderr())?.[1]);
  const env = Object.fromEntries(printed.split(' ').map((pair) => pair.split('=')));

  const worker = runProgram([agentFile('obeys-in-one-file.mjs'), 'start'], { env });
  const { worker_id: id } = await worker.hear('worker.registered');
  await seen(() => server.stderr().includes(`worker ${id} registered`) || undefined);
  worker.signal('SIGTERM');
  await worker.exited;
  await seen(() => server.stderr().includes(`worker ${id} gone`) || undefined);
  server.signalGroup('SIGINT');

  expect(Object.keys(env)).toEqual(['LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET']);
  expect(await server.exited).toEqual({ code: 0, signal: null });
  expect(server.stdout()).toBe('');
});
