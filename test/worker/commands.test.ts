import { expect, it } from 'vitest';
import { serveWithLedger } from '../support/ledger-server.js';
import { agentFile, runProgram } from '../support/worker-program.js';

/** What a command wrote from its start to its drain. */
async function wordsOf(args: readonly string[]) {
  const { server } = await serveWithLedger();
  const program = runProgram([agentFile('obeys-in-one-file.mjs'), ...args], { server });
  await server.waitFor(() => server.workers.some(({ status }) => status === 'available'));
  program.signal('SIGTERM');
  const { code } = await program.exited;
  expect([code, program.stdout() + program.stderr()]).toEqual([0, expect.stringMatching(/drain/)]);
  return { stdout: program.stdout(), stderr: program.stderr() };
}

const isJson = (text: string): boolean =>
  text
    .trim()
    .split('\n')
    .every((line) => typeof JSON.parse(line).event === 'string');
const readable = /^\d\d:\d\d:\d\d\.\d{3} (DEBUG|INFO) {1,2}\S/m;

it.each([
  ['start', ['start']],
  ['dev with --log-format json', ['dev', '--log-format', 'json']],
])('writes lines of JSON to the standard output: %s (F-126, F-136)', async (_, args) => {
  const { stdout, stderr } = await wordsOf(args);

  expect([isJson(stdout), stderr]).toEqual([true, '']);
});

it.each([
  ['dev', ['dev']],
  ['start with --log-format pretty', ['start', '--log-format', 'pretty']],
])('writes readable lines to the standard error: %s (F-127, F-136)', async (_, args) => {
  const { stdout, stderr } = await wordsOf(args);

  expect([stdout, stderr]).toEqual(['', expect.stringMatching(readable)]);
  expect(stderr).not.toMatch(/^\{/m);
});
