import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { memoryLoad, memoryLoadIn } from '../../src/load/memory-load.js';
import { temporaryFolder } from '../support/temporary.js';

const idleWorker = { activeJobs: [] };
const fixture = (groups: string): string =>
  new URL(`../fixtures/control-groups/${groups}`, import.meta.url).pathname;
const gigabyte = 2 ** 30;
const loadIn = (root: string, total = 4 * gigabyte, free = gigabyte) =>
  memoryLoadIn({ root, total: () => total, free: () => free })(idleWorker);

it.each(['version-2', 'version-1'])(
  'is the share of the limit of a container of %s, without cached files (F-76)',
  (groups) => {
    expect(loadIn(fixture(groups))).toBe(0.5);
  },
);

it.each(['version-2-without-quota', 'version-1-without-quota', 'none'])(
  'is the share of the machine where the container has no limit: %s (F-76)',
  (groups) => {
    expect(loadIn(fixture(groups))).toBe(0.75);
  },
);

it('is the share of the machine where the limit is above all its memory', () => {
  expect(loadIn(fixture('version-2'), gigabyte / 4, gigabyte / 8)).toBe(0.5);
});

it('falls back to the machine when the container does not tell how much it uses', () => {
  const root = temporaryFolder();
  cpSync(fixture('version-2'), root, { recursive: true });

  rmSync(join(root, 'memory.stat'));
  expect(loadIn(root)).toBe(0.75);

  rmSync(join(root, 'memory.current'));
  expect(loadIn(root, 4 * gigabyte, 3 * gigabyte)).toBe(0.25);
});

it('stays between 0 and 1, and is no number where there is no memory', () => {
  expect(loadIn('/none', 10, 20)).toBe(0);
  expect(loadIn('/none', 10, -5)).toBe(1);
  expect(loadIn('/none', 0, 0)).toBeNaN();
});

it('is measured on this machine', () => {
  const load = memoryLoad()(idleWorker) as number;

  expect(load > 0 && load < 1).toBe(true);
});
