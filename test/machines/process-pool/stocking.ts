import { expect } from 'vitest';
import type { Behaviour } from '../../support/behaviour.js';
import { taken } from '../../support/run-machine.js';
import {
  acknowledge,
  end,
  launch,
  type Machine,
  type Pool,
  start,
  startWarm,
  warmUp,
} from './start.js';

const minute = 60_000;
const closing = [{ type: 'shutdown', reason: 'the pool is closing' }];
const places = (count: number | undefined) => ({ type: 'pool.places', places: count });

const target = (pool: Pool, idle: number) => pool.send({ type: 'target.set', idle });

/** A pool whose processes take this long to become warm. */
const startSlow = (machine: Machine, prewarmed: number, idle = 2) => {
  const pool = start(machine, { idle, concurrency: 4 });
  for (const slot of pool.slots())
    pool.proc(slot).say({ type: 'process.ready', slot, pid: 40, timings: { prewarmed } });
  return pool;
};
const placesTold = (pool: Pool) =>
  taken(pool.toParent).filter(({ type }) => type === 'pool.places');

/** What a pool promises about how many processes it keeps. */
export const stocking: readonly Behaviour<Machine>[] = [
  {
    title: 'starts more at once when its target rises (F-81)',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 1, concurrency: 4 });

      target(pool, 3);

      expect(pool.slots()).toEqual([0, 1, 2]);
      expect(pool.value()).toEqual({ warming: 'starting' });
    },
  },
  {
    title: 'closes what it has too much of after a minute, the newest first (F-81)',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 3 });
      target(pool, 1);
      expect(pool.value()).toEqual({ ready: 'ample' });

      pool.advance(minute - 1);
      expect([0, 1, 2].map((slot) => pool.proc(slot).told)).toEqual([[], [], []]);
      pool.advance(1);

      expect([0, 1, 2].map((slot) => pool.proc(slot).told)).toEqual([[], closing, closing]);
      expect(pool.value()).toEqual({ ready: 'exact' });
      end(pool, 1);
      end(pool, 2);
      expect(pool.slots()).toEqual([0]);
      expect(pool.timers()).toEqual([]);
    },
  },
  {
    title: 'closes nothing when its target was low for less than a minute',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 2 });
      target(pool, 0);
      pool.advance(minute - 1);

      target(pool, 2);
      expect(pool.value()).toEqual({ ready: 'exact' });
      pool.advance(minute);

      expect([0, 1].map((slot) => pool.proc(slot).told)).toEqual([[], []]);
    },
  },
  {
    title: 'closes a process that became warm for a job that was cancelled',
    run: (machine) => {
      const pool = start(machine, { idle: 0 });
      launch(pool, 'job-1');
      pool.send({ type: 'launch.cancel', jobId: 'job-1', reason: 'ended' });
      warmUp(pool, 0);

      pool.advance(minute);

      expect(pool.proc(0).told).toEqual(closing);
    },
  },
  {
    title: 'never closes a process that has a job, however low its target (R-E5)',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 2 });
      launch(pool, 'job-1');
      launch(pool, 'job-2');
      acknowledge(pool, 1, 'job-2');
      target(pool, 0);
      // What was started in their place.
      warmUp(pool, 2, 3);

      pool.advance(10 * minute);

      expect([0, 1].flatMap((slot) => pool.proc(slot).told.map(({ type }) => type))).toEqual([
        'job.assign',
        'job.assign',
      ]);
      expect([2, 3].map((slot) => pool.proc(slot).told)).toEqual([closing, closing]);
    },
  },
  {
    title: 'tells how many jobs could start in time, when its processes start slowly (R-C13, R-E4)',
    run: (machine) => {
      const pool = startSlow(machine, 2_501);
      expect(placesTold(pool)).toEqual([places(1), places(2)]);

      launch(pool, 'job-1');
      expect(placesTold(pool)).toEqual([places(1)]);
      launch(pool, 'job-2');
      expect(placesTold(pool)).toEqual([places(0)]);
      warmUp(pool, 2);
      expect(placesTold(pool)).toEqual([places(undefined)]);
    },
  },
  {
    title: 'lets any number of jobs wait when processes start fast, or none is kept warm',
    run: (machine) => {
      const fast = startSlow(machine, 2_500);
      launch(fast, 'job-1');
      expect(placesTold(fast)).toEqual([]);

      const none = start(machine, { idle: 0 });
      launch(none, 'job-1');
      none.proc(0).say({
        type: 'process.ready',
        slot: 0,
        pid: 40,
        timings: { prewarmed: 9_000 },
      });
      expect(placesTold(none)).toEqual([]);
    },
  },
  {
    title: 'counts its places also while it waits after a failed start',
    run: (machine) => {
      const pool = startSlow(machine, 3_000);
      taken(pool.toParent);
      end(pool, 0, { settled: false, pid: undefined });
      expect(pool.value()).toEqual({ warming: 'pausing' });

      launch(pool, 'job-1');

      expect(placesTold(pool)).toEqual([places(0)]);
    },
  },
];
