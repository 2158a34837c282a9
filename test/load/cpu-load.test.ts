import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CpuLoadOptions, type CpuWorld, cpuLoad, cpuLoadIn } from '../../src/load/cpu-load.js';
import { temporaryFolder } from '../support/temporary.js';

const idleWorker = { activeJobs: [] };

/** A container of one CPU whose counters are this test's hand. */
function container(options?: CpuLoadOptions, more: Partial<CpuWorld> = {}) {
  const root = temporaryFolder();
  const counter = join(root, 'cpu.stat');
  let used = 5_000_000;
  let now = 0;
  const write = (): void => writeFileSync(counter, `usage_usec ${used}\n`);
  write();
  writeFileSync(join(root, 'cpu.max'), '100000 100000\n');
  const world: CpuWorld = {
    root,
    machine: () => [],
    parallelism: () => 4,
    now: () => now,
    env: {},
    ...more,
  };
  const load = cpuLoadIn(world, options);
  load.sample?.();
  const ask = () => load(idleWorker) as number;
  return {
    root,
    load: ask,
    /** Half a second passes, for this share of which the CPU works; then the worker samples. */
    work(share: number): void {
      now += 500;
      used += share * 500_000;
      write();
      load.sample?.();
    },
    /** The same, but the counter is set to a value, or gone. */
    count(value: number | undefined): void {
      now += 500;
      if (value === undefined) rmSync(counter, { force: true });
      else {
        used = value;
        write();
      }
      load.sample?.();
    },
    counted: () => used,
  };
}
const worked = (...shares: number[]) => {
  const cpus = container();
  for (const share of shares) cpus.work(share);
  return cpus;
};

describe('the load of the CPUs', () => {
  it('is the mean of the last five samples (F-69)', () => {
    const cpus = worked(0.5, 1, 1, 1, 1);
    expect(cpus.load()).toBeCloseTo(0.9);

    cpus.work(0);
    expect(cpus.load()).toBeCloseTo(0.8);
  });

  it('is measured against the quota of the container, also after that has changed (F-70, N-16)', () => {
    const cpus = worked(0.5);
    writeFileSync(join(cpus.root, 'cpu.max'), '50000 100000\n');

    for (let count = 0; count < 5; count += 1) cpus.work(0.25);

    expect(cpus.load()).toBeCloseTo(0.5);
  });

  it('is at most 1 (N-16)', () => {
    expect(worked(3, 3, 3, 3, 3).load()).toBe(1);
  });

  it('leaves out a counter that goes backwards (N-16)', () => {
    const cpus = worked(0.5, 0.5, 0.5, 0.5);

    cpus.count(3);
    expect(cpus.load()).toBeCloseTo(0.5);

    cpus.work(0.5);
    expect(cpus.load()).toBeCloseTo(0.5);
  });

  it('leaves out a counter that is missing, and counts on when it is back (N-16)', () => {
    const cpus = worked(0.5, 0.5, 0.5, 0.5);
    const before = cpus.counted();

    cpus.count(undefined);
    expect(cpus.load()).toBeCloseTo(0.5);

    cpus.count(before + 500_000);
    expect(cpus.load()).toBeCloseTo(0.5);
  });

  it('takes a counter that stands still for one sample, and then catches up, for one that works (N-16)', () => {
    const cpus = worked(0.8, 0.8, 0.8);
    const before = cpus.counted();

    cpus.count(before);
    cpus.count(before + 800_000);

    expect(cpus.load()).toBeCloseTo(0.8);
  });

  it.each([
    ['idle', 0, 1e15, 0.7],
    ['busy', 0.6, 1e15, 0.7],
  ])(
    'is not decided by one outlier on a machine that is %s (N-16)',
    (_, share, jump, threshold) => {
      const cpus = worked(share, share, share, share, share);

      cpus.count(cpus.counted() + jump);

      expect(cpus.load()).toBeLessThan(threshold);
      expect(cpus.load()).toBeGreaterThanOrEqual(share);
    },
  );

  it('stays between 0 and 1, whatever the counter says (N-16)', () => {
    const cpus = container();
    const loads = [0, 1e18, 5, undefined, 7, 7, 7, 1e6, -3, Number.MAX_SAFE_INTEGER, 1e6].map(
      (value) => {
        cpus.count(value);
        return cpus.load();
      },
    );

    expect(loads.filter((load) => !(load >= 0 && load <= 1))).toEqual([]);
  });

  it('cannot be told after five samples without a counter, and can again with one (N-16)', () => {
    const cpus = worked(0.5);
    for (let count = 0; count < 4; count += 1) cpus.count(undefined);
    expect(cpus.load()).toBeCloseTo(0.5);

    cpus.count(undefined);
    expect(() => cpus.load()).toThrow(
      expect.objectContaining({
        code: 'ERR_LOAD_FNC',
        message:
          'The CPU counters of this machine cannot be read. Give the worker a loadFnc, such as jobCountLoad(10).',
      }),
    );

    cpus.count(cpus.counted() + 750_000);
    expect(cpus.load()).toBeCloseTo(0.25);
  });

  it('cannot be told on a machine without CPUs', () => {
    const load = cpuLoadIn({
      root: temporaryFolder(),
      machine: () => [],
      parallelism: () => 1,
      now: () => 0,
      env: {},
    });
    load.sample?.();

    expect(() => load(idleWorker)).toThrow(/cannot be read/);
  });

  it('stands still with the counters of the machine (N-16)', () => {
    const load = cpuLoadIn({
      root: temporaryFolder(),
      machine: () => [{ times: { user: 5, nice: 0, sys: 0, irq: 0, idle: 5 } }],
      parallelism: () => 1,
      now: () => 0,
      env: {},
    });
    load.sample?.();
    load.sample?.();

    expect(load(idleWorker)).toBe(0);
  });

  it('is the mean of its last calls where nobody samples it, and 0 at the first', () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'cpuacct'));
    let now = 0;
    const load = cpuLoadIn({
      root,
      machine: () => [],
      parallelism: () => 1,
      now: () => now,
      env: { NUM_CPUS: '1' },
    });
    const ask = (usedMs: number) => {
      writeFileSync(join(root, 'cpuacct/cpuacct.usage'), `${usedMs * 1e6}`);
      now += 2_500;
      return load(idleWorker);
    };

    expect([ask(0), ask(2_500), ask(2_500)]).toEqual([0, 1, 0.5]);
  });

  it('reads nothing before it is used', () => {
    const unread = () => {
      throw new Error('read');
    };

    expect(() =>
      cpuLoadIn({ root: '', machine: unread, parallelism: unread, now: unread, env: {} }),
    ).not.toThrow();
  });

  it('is measured on this machine', () => {
    expect(cpuLoad()(idleWorker)).toBe(0);
  });
});

describe('NUM_CPUS', () => {
  it.each([
    ['2', 0.25],
    ['0.5', 1],
    [' 4 ', 0.125],
    ['', 0.5],
  ])('as %j counts for the CPUs that are there (E-11, F-70)', (NUM_CPUS, expected) => {
    const cpus = container({}, { env: { NUM_CPUS } });

    cpus.work(0.5);

    expect(cpus.load()).toBeCloseTo(expected);
  });

  it('counts for the CPUs of a machine without control groups, too (E-11)', () => {
    const counted = { user: 0, nice: 0, sys: 0, irq: 0, idle: 0 };
    const load = cpuLoadIn({
      root: temporaryFolder(),
      machine: () => [{ times: { ...counted } }, { times: { ...counted } }],
      parallelism: () => 2,
      now: () => 0,
      env: { NUM_CPUS: '4' },
    });
    load.sample?.();

    counted.user += 500;
    load.sample?.();

    // Two CPUs at work count as half of four.
    expect(load(idleWorker)).toBe(0.5);
  });

  it('is beaten by the option (E-11)', () => {
    const cpus = container({ numCpus: 2 }, { env: { NUM_CPUS: '4x' } });

    cpus.work(0.5);

    expect(cpus.load()).toBeCloseTo(0.25);
  });

  it.each(['4x', '0', '-1', 'Infinity', 'two', 'NaN'])('is refused as %j (E-11)', (NUM_CPUS) => {
    const load = cpuLoadIn({
      root: temporaryFolder(),
      machine: () => [{ times: { user: 5, nice: 0, sys: 0, irq: 0, idle: 5 } }],
      parallelism: () => 1,
      now: () => 0,
      env: { NUM_CPUS },
    });

    expect(() => load(idleWorker)).toThrow(
      expect.objectContaining({
        code: 'ERR_LOAD_FNC',
        message: `NUM_CPUS: expected a number above 0, such as 2 or 0.5, got "${NUM_CPUS}".`,
      }),
    );
  });
});

it.each([
  [{ numCpus: 0 }, 'cpuLoad: expected numCpus as a number above 0, such as 2 or 0.5; got 0.'],
  [{ numCpus: '2' }, 'cpuLoad: expected numCpus as a number above 0, such as 2 or 0.5; got "2".'],
  [{ cpus: 2 }, 'cpuLoad: there is no option cpus; it takes numCpus.'],
  [4, 'cpuLoad: expected an object with numCpus; got 4.'],
])('refuses cpuLoad(%j) (F-76)', (given, message) => {
  expect(() => cpuLoad(given as CpuLoadOptions)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message }),
  );
});
