import { expect, it } from 'vitest';
import { cpuReader } from '../../src/load/cpu-reading.js';

const times = (busy: number, idle: number) => ({
  times: { user: busy, nice: 0, sys: 0, irq: 0, idle },
});

/** What is read where the control groups are these files, on a machine with four CPUs. */
const readingOf = (groups: string) =>
  cpuReader({
    root: new URL(`../fixtures/control-groups/${groups}`, import.meta.url).pathname,
    machine: () => [times(100, 900), times(300, 700), times(0, 1_000), times(0, 1_000)],
    parallelism: () => 4,
    now: () => 7_000,
  })();

it.each([
  ['version 2, with the CPUs of its quota', 'version-2', 1.5],
  ['version 2 without a quota, with the CPUs of the process', 'version-2-without-quota', 4],
  ['version 2 also where there is a version 1', 'both', 1],
  ['version 1, with the CPUs of its quota', 'version-1', 4],
  ['version 1 in its joint folder', 'version-1-joint', 0.5],
  ['version 1 without a quota, with 2 CPUs', 'version-1-without-quota', 2],
])('reads a control group of %s (F-70, F-71)', (_, groups, cpus) => {
  expect(readingOf(groups)).toEqual({ usedMs: 2_500, passedMs: 7_000, cpus });
});

it('reads the CPUs of the machine where there is no control group (F-70)', () => {
  expect(readingOf('none')).toEqual({ usedMs: 400, passedMs: 1_000, cpus: 4 });
});
