import { expect } from 'vitest';
import type { Behaviour } from '../../support/behaviour.js';
import { taken } from '../../support/run-machine.js';
import { failure } from '../../support/samples.js';
import {
  acknowledge,
  end,
  failedStart,
  failOften,
  failStart,
  jobOf,
  lastFailure,
  launch,
  type Machine,
  start,
  startWarm,
  warmUp,
} from './start.js';

const closing = { type: 'shutdown', reason: 'the pool is closing' };
const stopped = {
  code: 'ERR_LAUNCH_FAILED',
  message: 'The worker stopped before the job could start.',
};
const died = {
  exit: { code: null, signal: 'SIGKILL' },
  outcome: 'failed',
  error: failure,
} as const;
const succeeded = { outcome: 'success', started: true, reported: true } as const;
const broke = { code: 'ERR_INTERNAL', message: 'broke' };

/** One running job in `proc.0`, an unacknowledged one in `proc.1`, a warm and a starting process. */
const startMixed = (machine: Machine) => {
  const pool = startWarm(machine, { idle: 3 });
  launch(pool, 'job-1');
  acknowledge(pool, 0, 'job-1');
  launch(pool, 'job-2');
  for (const slot of [0, 1]) taken(pool.proc(slot).told);
  taken(pool.toParent);
  expect(pool.slots()).toEqual([0, 1, 2, 3, 4]);
  return pool;
};

/** What a pool promises of its end. */
export const draining: readonly Behaviour<Machine>[] = [
  {
    title: 'closes at once when nothing is left to do',
    run: (machine) => {
      const { output, send, status, timers, value } = start(machine, { idle: 0 });

      send({ type: 'drain', keep: 0 });

      expect(value()).toBe('closed');
      expect(status()).toBe('done');
      expect(output()).toEqual({ lastFailure: undefined });
      expect(timers()).toEqual([]);
    },
  },
  {
    title:
      'closes its warm and starting processes when it drains, and is closed with the last (R-F2)',
    run: (machine) => {
      const pool = start(machine, { idle: 3, concurrency: 2 });
      const { children, proc, send, slots, status, timers, toParent } = pool;
      warmUp(pool, 0);
      taken(toParent);

      send({ type: 'drain', keep: 0 });
      expect([0, 1, 2].map((slot) => proc(slot).told)).toEqual([[closing], [closing], [closing]]);
      end(pool, 1, { wasWarm: false });
      end(pool, 0);
      expect(slots()).toEqual([2]);
      expect(status()).toBe('active');
      end(pool, 2, { wasWarm: false, outcome: 'unused', error: failure });

      expect(status()).toBe('done');
      expect(toParent).toEqual([]);
      expect(children()).toEqual([]);
      expect(timers()).toEqual([]);
    },
  },
  {
    title: 'lets running jobs end by themselves when it drains (N-3)',
    run: (machine) => {
      const pool = startMixed(machine);
      const { advance, proc, send, status, toParent } = pool;

      send({ type: 'drain', keep: 0 });
      advance(3_600_000);
      expect(proc(0).told).toEqual([]);
      acknowledge(pool, 1, 'job-2');
      for (const slot of [2, 3, 4]) end(pool, slot);
      for (const slot of [0, 1]) end(pool, slot, { jobId: `job-${slot + 1}`, ...succeeded });

      expect(toParent).toEqual([
        { type: 'job.started', jobId: 'job-2', slot: 1, pid: 41 },
        { type: 'job.exited', jobId: 'job-1', end: { outcome: 'success' }, died: false },
        { type: 'job.exited', jobId: 'job-2', end: { outcome: 'success' }, died: false },
      ]);
      expect(status()).toBe('done');
    },
  },
  {
    title: 'keeps the oldest warm processes for accepted offers, and warms nothing new',
    run: (machine) => {
      const pool = start(machine, { idle: 4 });
      const { proc, send, slots, value } = pool;
      warmUp(pool, 2, 0, 3, 1);

      send({ type: 'drain', keep: 2 });
      expect([0, 1, 2, 3].map((slot) => proc(slot).told)).toEqual([[], [closing], [], [closing]]);
      for (const slot of [1, 3]) end(pool, slot);
      launch(pool, 'job-1');
      expect(jobOf(proc(2))).toBe('job-1');
      end(pool, 0);

      expect(slots()).toEqual([2]);
      expect(value()).toEqual({ draining: 'serving' });
    },
  },
  {
    title: 'closes what it kept when the accepted offers are fewer',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 2 });
      const { proc, send } = pool;
      send({ type: 'drain', keep: 2 });

      send({ type: 'drain', keep: 1 });
      expect([0, 1].map((slot) => proc(slot).told)).toEqual([[], [closing]]);

      send({ type: 'drain', keep: 0 });
      expect([0, 1].map((slot) => proc(slot).told)).toEqual([[closing], [closing]]);
    },
  },
  {
    title: 'stays open for accepted offers, and starts a process for each that comes (F-139, R-F5)',
    run: (machine) => {
      const pool = start(machine, { idle: 0 });
      const { proc, send, slots, status } = pool;
      send({ type: 'drain', keep: 1 });
      expect(slots()).toEqual([]);

      launch(pool, 'job-1');
      expect(slots()).toEqual([0]);
      send({ type: 'drain', keep: 0 });
      expect(proc(0).told).toEqual([]);
      warmUp(pool, 0);
      expect(jobOf(proc(0))).toBe('job-1');
      acknowledge(pool, 0, 'job-1');
      end(pool, 0, { jobId: 'job-1', ...succeeded });

      expect(status()).toBe('done');
    },
  },
  {
    title: 'closes the process that starts for a job as soon as the job is cancelled',
    run: (machine) => {
      const pool = start(machine, { idle: 0 });
      const { proc, send, status, toParent } = pool;
      launch(pool, 'job-1');
      send({ type: 'drain', keep: 0 });
      taken(toParent);

      send({ type: 'launch.cancel', jobId: 'job-1', reason: 'ended by the server' });
      expect(proc(0).told).toEqual([closing]);
      end(pool, 0, { wasWarm: false });
      expect(toParent).toEqual([]);

      expect(status()).toBe('done');
    },
  },
  {
    title: 'gives no job to a process that it told to end',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 2 });
      const { proc, send, slots } = pool;
      send({ type: 'drain', keep: 0 });

      launch(pool, 'job-1');

      expect([0, 1].map((slot) => jobOf(proc(slot)))).toEqual([undefined, undefined]);
      expect(slots()).toEqual([0, 1, 2]);
    },
  },
  {
    title: 'hears no new target when it drains',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 1 });
      pool.send({ type: 'drain', keep: 0 });

      pool.send({ type: 'target.set', idle: 4 });
      end(pool, 0);

      expect(pool.slots()).toEqual([]);
      expect(pool.status()).toBe('done');
    },
  },
  {
    title: 'tries a failed start again without a pause when it drains, until there were five',
    run: (machine) => {
      const pool = start(machine, { idle: 0 });
      const { send, slots, status, toParent } = pool;
      launch(pool, 'job-1');
      send({ type: 'drain', keep: 0 });
      taken(toParent);

      for (let failures = 1; failures <= 4; failures += 1) {
        failStart(pool, 0);
        expect(taken(toParent)).toEqual([failedStart(failure, 0)]);
        expect(slots()).toEqual([0]);
      }
      failStart(pool, 0, lastFailure);

      expect(toParent).toEqual([{ type: 'job.unstartable', jobId: 'job-1', error: lastFailure }]);
      expect(status()).toBe('done');
    },
  },
  {
    title: 'takes a process machine that breaks while it drains for a failed start, too',
    run: (machine) => {
      const pool = start(machine, { idle: 0 });
      const { output, proc, send, slots, toParent } = pool;
      launch(pool, 'job-1');
      send({ type: 'drain', keep: 0 });
      taken(toParent);

      for (let failures = 1; failures <= 4; failures += 1) {
        proc(0).fail(new Error('broke'));
        expect(taken(toParent)).toEqual([failedStart(broke, 0)]);
        expect(slots()).toEqual([0]);
      }
      proc(0).fail(new Error('broke again'));

      const brokeAgain = { code: 'ERR_INTERNAL', message: 'broke again' };
      expect(toParent).toEqual([{ type: 'job.unstartable', jobId: 'job-1', error: brokeAgain }]);
      expect(output()).toEqual({ lastFailure: brokeAgain });
    },
  },
  {
    title: 'fails only the job of a process machine that breaks while it drains',
    run: (machine) => {
      const pool = startMixed(machine);
      pool.send({ type: 'drain', keep: 0 });

      pool.proc(0).fail(new Error('broke'));

      expect(pool.toParent).toEqual([
        {
          type: 'job.exited',
          jobId: 'job-1',
          end: { outcome: 'failed', error: broke },
          died: true,
        },
      ]);
      expect(pool.slots()).toEqual([1, 2, 3, 4]);
    },
  },
  {
    title: 'gives an unacknowledged job to the next process also while it drains',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 1 });
      launch(pool, 'job-1');
      pool.send({ type: 'drain', keep: 0 });
      end(pool, 1, { wasWarm: false });

      end(pool, 0, { jobId: 'job-1', ...died });
      warmUp(pool, 0);

      expect(jobOf(pool.proc(0))).toBe('job-1');
    },
  },
  {
    title: 'drains from a degraded pool as from any other',
    run: (machine) => {
      const pool = start(machine);
      failOften(pool);
      failStart(pool, 0);

      pool.send({ type: 'drain', keep: 0 });

      expect(pool.output()).toEqual({ lastFailure: failure });
    },
  },
  {
    title: 'ends every process through its shutdown, and every job that waits at once (R-F3)',
    run: (machine) => {
      const pool = startMixed(machine);
      const { proc, send, status, toParent, value } = pool;
      for (const jobId of ['job-3', 'job-4']) launch(pool, jobId);
      taken(proc(2).told);

      send({ type: 'shutdown', reason: 'the worker is stopping' });

      const told = { type: 'shutdown', reason: 'the worker is stopping' };
      expect([0, 1, 2, 3, 4].map((slot) => proc(slot).told)).toEqual([
        [told],
        [told],
        [told],
        [told],
        [told],
      ]);
      expect(toParent).toEqual([{ type: 'job.unstartable', jobId: 'job-4', error: stopped }]);
      expect(value()).toEqual({ draining: 'ending' });
      expect(status()).toBe('active');
    },
  },
  {
    title: 'starts nothing any more after a shutdown, and tries no job again',
    run: (machine) => {
      const pool = startMixed(machine);
      const { send, slots, status, toParent } = pool;
      send({ type: 'shutdown', reason: 'the worker is stopping' });

      end(pool, 1, { jobId: 'job-2', ...died });
      launch(pool, 'job-3');
      send({ type: 'drain', keep: 2 });
      send({ type: 'target.set', idle: 2 });
      expect(toParent).toEqual([
        { type: 'job.unstartable', jobId: 'job-2', error: stopped },
        { type: 'job.unstartable', jobId: 'job-3', error: stopped },
      ]);
      expect(slots()).toEqual([0, 2, 3, 4]);

      for (const slot of [2, 3, 4]) end(pool, slot, { wasWarm: slot === 2 });
      end(pool, 0, { jobId: 'job-1', ...succeeded });
      expect(status()).toBe('done');
      expect(toParent.at(-1)).toEqual({
        type: 'job.exited',
        jobId: 'job-1',
        end: { outcome: 'success' },
        died: false,
      });
    },
  },
  {
    title: 'kills every process at once, from any state',
    run: (machine) => {
      const asked = [
        () => startMixed(machine),
        () => {
          const pool = startMixed(machine);
          pool.send({ type: 'drain', keep: 1 });
          return pool;
        },
        () => {
          const pool = startMixed(machine);
          pool.send({ type: 'shutdown', reason: 'the worker is stopping' });
          return pool;
        },
      ];
      for (const startPool of asked) {
        const pool = startPool();
        const { processes, proc, send, slots, status, timers, toParent } = pool;
        taken(processes.told);

        send({ type: 'kill' });
        expect(processes.told).toEqual([0, 1, 2, 3, 4].map(() => ({ type: 'kill' })));
        for (const slot of [0, 1])
          end(pool, slot, { jobId: jobOf(proc(slot)), ...died, started: slot === 0 });
        expect(slots()).toEqual([2, 3, 4]);
        for (const slot of [2, 3, 4]) end(pool, slot, { ...died, outcome: 'unused' });

        expect(toParent).toEqual([
          {
            type: 'job.exited',
            jobId: 'job-1',
            end: { outcome: 'failed', error: failure },
            died: true,
          },
          { type: 'job.unstartable', jobId: 'job-2', error: stopped },
        ]);
        expect(status()).toBe('done');
        expect(timers()).toEqual([]);
      }
    },
  },
];
