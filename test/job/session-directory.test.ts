import { existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Job } from '@livekit/protocol';
import { expect, it } from 'vitest';
import { sessionDirectory } from '../../src/job/session-directory.js';
import { hearLog, runningJob, startOrder } from '../support/forked-runner.js';
import { temporaryFolder } from '../support/temporary.js';

/** A job that has put a file into its directory. */
async function keeping(metadata = '') {
  const runner = await runningJob('keeps-files', {
    start: startOrder({}, new Job({ id: 'job-1', metadata })),
  });
  const { fields } = await hearLog(runner, 'kept');
  return { runner, directory: String(fields.sessionDirectory), again: fields.again };
}

it('is there from the first look on, one for the job, for this user alone (F-125, C-23)', async () => {
  const { runner, directory, again } = await keeping();

  expect(again).toBe(directory);
  expect(readdirSync(directory)).toEqual(['call.ogg']);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  runner.child.disconnect();
  await runner.ended;
});

it('is gone when the job is over, after its callbacks (F-125, C-23)', async () => {
  const { runner, directory } = await keeping();

  runner.tell({ type: 'shutdown', reason: 'drain', graceMs: 0 });
  await runner.hear('finished');
  expect(existsSync(directory)).toBe(true);
  runner.tell({ type: 'leave' });
  await runner.ended;

  expect(existsSync(directory)).toBe(false);
});

it.each(['crashes', 'exits'])('is gone when the job %s (F-125)', async (end) => {
  const { runner, directory } = await keeping(end);

  runner.hear('finished').then(
    () => runner.tell({ type: 'leave' }),
    () => {},
  );
  await runner.ended;

  expect(existsSync(directory)).toBe(false);
});

it('is gone with its worker (F-125)', async () => {
  const { runner, directory } = await keeping();

  runner.child.disconnect();
  await runner.ended;

  expect(existsSync(directory)).toBe(false);
});

it('is not made for a job that has no use for it', async () => {
  const folder = temporaryFolder();
  const directory = join(folder, 'own');
  const runner = await runningJob('ordinary', { initialize: { directory } });
  await hearLog(runner, 'joined');

  expect(readdirSync(folder)).toEqual([]);
});

it('tells whether nothing is left of it (F-98)', () => {
  const folder = join(temporaryFolder(), 'above');
  mkdirSync(folder);
  const { get, remove } = sessionDirectory(join(folder, 'own'));
  expect(remove()).toBe(true);
  get();
  expect([remove(), readdirSync(folder)]).toEqual([true, []]);

  get();
  renameSync(folder, `${folder}-moved`);
  writeFileSync(folder, '');
  expect(remove()).toBe(false);
});

it('refuses a path where something is', () => {
  const { get, remove } = sessionDirectory(temporaryFolder());

  expect(get).toThrow(/EEXIST/);
  remove();
});
