import { expect } from 'vitest';
import type { Behaviour } from '../../support/behaviour.js';
import { taken } from '../../support/run-machine.js';
import { failure } from '../../support/samples.js';
import { acknowledge, end, jobOf, launch, type Machine, startWarm, warmUp } from './start.js';

const heavy = (slot: number, limitMb: number | undefined) =>
  ({ type: 'process.heavy', slot, pid: 40 + slot, megabytes: 2_100, limitMb }) as const;

/** What a pool promises of processes that use much memory. */
export const weighing: readonly Behaviour<Machine>[] = [
  {
    title: 'tells of a process that is heavy, and keeps it',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 1 });

      pool.proc(0).say(heavy(0, undefined));
      launch(pool, 'job-1');

      expect(pool.toParent).toEqual([{ ...heavy(0, undefined), type: 'pool.heavy' }]);
      expect(jobOf(pool.proc(0))).toBe('job-1');
    },
  },
  {
    title: 'replaces a warm process that is ended for its memory at once, and gives it no job',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 1 });
      const { proc, slots, toParent, value } = pool;

      proc(0).say(heavy(0, 2_000));
      expect(toParent).toEqual([{ ...heavy(0, 2_000), type: 'pool.heavy' }]);
      expect(slots()).toEqual([0, 1]);
      launch(pool, 'job-1');
      warmUp(pool, 1);
      expect([jobOf(proc(0)), jobOf(proc(1))]).toEqual([undefined, 'job-1']);
      warmUp(pool, 2);
      expect(value()).toEqual({ ready: 'exact' });

      end(pool, 0, { error: failure });
      expect(value()).toEqual({ ready: 'exact' });
      expect(slots()).toEqual([1, 2]);
    },
  },
  {
    title: 'leaves the job of a process that is ended for its memory where it is',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 1 });
      launch(pool, 'job-1');
      acknowledge(pool, 0, 'job-1');
      taken(pool.toParent);

      pool.proc(0).say(heavy(0, 2_000));
      end(pool, 0, { jobId: 'job-1', outcome: 'failed', started: true, error: failure });

      expect(pool.toParent).toEqual([
        { ...heavy(0, 2_000), type: 'pool.heavy' },
        {
          type: 'job.exited',
          jobId: 'job-1',
          end: { outcome: 'failed', error: failure },
          died: true,
        },
      ]);
    },
  },
];
