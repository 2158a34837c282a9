import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = async (example: string): Promise<string[]> => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    `examples/${example}`,
  ]);
  return stdout.trim().split('\n');
};

it('runs a pure machine on a clock of its own', async () => {
  expect(await run('pure-machine.ts')).toEqual([
    'deciding',
    '{',
    "  jobId: 'AJ_1',",
    "  kind: 'rejected',",
    "  reason: 'requestFnc did not answer in time'",
    '}',
  ]);
});

it('tries a policy out without a worker', async () => {
  expect(await run('try-policy.ts')).toEqual(['true', 'false', 'true']);
});

it('makes machines of ready-made policies, alone and combined', async () => {
  expect(await run('ready-policies.ts')).toEqual(['']);
  expect(await run('policies.ts')).toEqual(['']);
});

it('measures load with functions of the user and of the package', async () => {
  expect(await run('load.ts')).toEqual(['0.4']);
});

it('asks for an agent with the clients that a backend uses (F-61)', async () => {
  expect(await run('dispatch.ts')).toEqual(['helper {"tenant":7}']);
});

it('runs an agent against the dispatch server', async () => {
  expect((await run('testing.ts')).filter((line) => !line.startsWith('{'))).toEqual(['success']);
});
