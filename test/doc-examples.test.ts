import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** What an example prints, without the log lines of its jobs. */
const run = async (example: string): Promise<string[]> => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    `examples/${example}`,
  ]);
  return stdout
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('{'));
};

it('loses nothing when a connection is cut under a job status', async () => {
  expect(await run('faults.ts')).toEqual(['success after 1 cut', '[]']);
});
