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
  pauses,
  start,
  startWarm,
  warmUp,
} from './start.js';

const pausing = { warming: 'pausing' };
const waiting = { degraded: 'waiting' };
const failed = (retryMs: number) => failedStart(failure, retryMs);
const degradedEvent = { type: 'pool.degraded', error: lastFailure };
const unstartable = (jobId: string) => ({ type: 'job.unstartable', jobId, error: lastFailure });
const broke = { code: 'ERR_INTERNAL', message: 'broke' };
const brokeAgain = { code: 'ERR_INTERNAL', message: 'broke again' };

/** A pool of one that has just given up. */
const startDegraded = (machine: Machine, idle = 1) => {
  const pool = start(machine, { idle, concurrency: 1 });
  failOften(pool);
  failStart(pool, 0, lastFailure);
  expect(taken(pool.toParent)).toEqual([failedStart(lastFailure, 30_000), degradedEvent]);
  expect(pool.value()).toEqual(waiting);
  return pool;
};

/** What a pool promises when processes do not start. */
export const failing: readonly Behaviour<Machine>[] = [
  {
    title: 'pauses after a failed start, twice as long each time (F-85, D-15, N-15, R-D1)',
    run: (machine) => {
      const pool = start(machine);
      const { advance, slots, toParent, value } = pool;

      for (const pauseMs of pauses.slice(0, 4)) {
        failStart(pool, 0);
        expect(taken(toParent)).toEqual([failed(pauseMs)]);
        expect(value()).toEqual(pausing);
        advance(pauseMs - 1);
        expect(slots()).toEqual([]);
        advance(1);
        expect(slots()).toEqual([0]);
      }
    },
  },
  {
    title: 'spreads the pauses of several workers, by the pids of their processes',
    run: (machine) => {
      const pauseOf = (pid: number) => {
        const pool = start(machine);
        end(pool, 0, { pid, wasWarm: false, error: failure });
        return pool.context().pauseMs;
      };

      expect([40, 41, 42, 43, 44].map(pauseOf)).toEqual([93, 83, 99, 89, 80]);
    },
  },
  {
    title: 'is degraded by five slow failures in a row, which are never five in 30 s',
    run: (machine) => {
      const pool = start(machine);
      failOften(pool);
      expect(pool.value()).toEqual({ warming: 'starting' });

      pool.advance(60_000);
      failStart(pool, 0);

      expect(pool.value()).toEqual(waiting);
    },
  },
  {
    title: 'pauses as short as at first after a process became warm',
    run: (machine) => {
      const pool = start(machine, { idle: 2, concurrency: 1 });
      for (const pauseMs of pauses.slice(0, 2)) {
        failStart(pool, 0);
        pool.advance(pauseMs);
      }
      warmUp(pool, 0);
      taken(pool.toParent);

      failStart(pool, 1);

      expect(pool.toParent).toEqual([failedStart(failure, 90, { slot: 1 })]);
    },
  },
  {
    title: 'gives jobs to warm processes while it pauses, and starts none',
    run: (machine) => {
      const pool = start(machine, { idle: 2 });
      const { advance, proc, slots } = pool;
      warmUp(pool, 0);
      failStart(pool, 1);

      launch(pool, 'job-1');
      expect(jobOf(proc(0))).toBe('job-1');
      launch(pool, 'job-2');
      expect(slots()).toEqual([0]);

      advance(90);
      expect(slots()).toEqual([0, 1, 2, 3]);
      warmUp(pool, 1);
      expect(jobOf(proc(1))).toBe('job-2');
    },
  },
  {
    title: 'tries again for a job that waits, when nothing is kept warm',
    run: (machine) => {
      const pool = start(machine, { idle: 0 });
      launch(pool, 'job-1');

      failStart(pool, 0);
      expect(pool.value()).toEqual(pausing);
      pool.advance(90);
      warmUp(pool, 0);

      expect(jobOf(pool.proc(0))).toBe('job-1');
    },
  },
  {
    title:
      'is degraded by the fifth failed start in 30 s, and gives up the jobs that wait (F-85, N-1, N-15, R-E1)',
    run: (machine) => {
      const pool = start(machine, { concurrency: 1 });
      const { has, slots, toParent, value } = pool;
      failOften(pool);
      launch(pool, 'job-1');
      expect(has('degraded')).toBe(false);

      failStart(pool, 0, lastFailure);

      expect(value()).toEqual(waiting);
      expect(has('degraded')).toBe(true);
      expect(has('up')).toBe(false);
      expect(toParent).toEqual([
        failedStart(lastFailure, 30_000),
        degradedEvent,
        unstartable('job-1'),
      ]);
      expect(slots()).toEqual([]);
    },
  },
  {
    title: 'forgets a failed start after 30 s',
    run: (machine) => {
      const fifthAfter = (ms: number) => {
        const pool = start(machine, { idle: 2, concurrency: 1 });
        const failTwice = (slot: number) => {
          for (const pauseMs of pauses.slice(0, 2)) {
            failStart(pool, slot);
            pool.advance(pauseMs);
          }
        };
        failTwice(0);
        // One that succeeds ends the row of failures, but not the window.
        warmUp(pool, 0);
        failTwice(1);
        pool.advance(ms - 2 * (pauses[0] + pauses[1]));
        failStart(pool, 1);
        return pool.value();
      };

      expect(fifthAfter(29_999)).toEqual(waiting);
      expect(fifthAfter(30_000)).toEqual(pausing);
    },
  },
  {
    title: 'starts no more than one process every 30 s while it is degraded (N-15, R-E1)',
    run: (machine) => {
      const pool = startDegraded(machine, 3);
      const { advance, processes, slots, toParent, value } = pool;
      const startsBefore = processes.instances.length;

      for (let probes = 1; probes <= 3; probes += 1) {
        advance(29_999);
        expect(slots()).toEqual([]);
        advance(1);
        expect(slots()).toEqual([0]);
        expect(value()).toEqual({ degraded: 'probing' });
        advance(1_000);
        failStart(pool, 0);
        expect(taken(toParent)).toEqual([failed(30_000)]);
        expect(value()).toEqual(waiting);
      }

      expect(processes.instances).toHaveLength(startsBefore + 3);
    },
  },
  {
    title: 'recovers with the first process that becomes warm (R-E1)',
    run: (machine) => {
      const pool = startDegraded(machine, 2);
      const { advance, has, slots, toParent, value } = pool;
      advance(30_000);

      warmUp(pool, 0);

      expect(toParent).toEqual([
        { type: 'pool.process', slot: 0, pid: 40, timings: {} },
        { type: 'pool.recovered' },
      ]);
      expect(value()).toEqual({ warming: 'starting' });
      expect(has('degraded')).toBe(false);
      expect(slots()).toEqual([0, 1]);
    },
  },
  {
    title: 'takes a start that was under way for the probe',
    run: (machine) => {
      const pool = start(machine, { idle: 6, concurrency: 6 });
      const { advance, slots, toParent, value } = pool;
      for (const slot of [0, 1, 2, 3, 4]) failStart(pool, slot, lastFailure);
      expect(toParent.at(-1)).toEqual(degradedEvent);

      advance(30_000);
      expect(slots()).toEqual([5]);
      warmUp(pool, 5);

      expect(toParent.at(-1)).toEqual({ type: 'pool.recovered' });
      expect(value()).toEqual({ warming: 'starting' });
    },
  },
  {
    title: 'gives jobs to processes that are still warm while it is degraded, and refuses the rest',
    run: (machine) => {
      const pool = start(machine, { idle: 6, concurrency: 6 });
      const { proc, toParent } = pool;
      warmUp(pool, 5);
      for (const slot of [0, 1, 2, 3, 4]) failStart(pool, slot, lastFailure);
      taken(toParent);

      launch(pool, 'job-1');
      launch(pool, 'job-2');

      expect(jobOf(proc(5))).toBe('job-1');
      expect(toParent).toEqual([unstartable('job-2')]);
    },
  },
  {
    title: 'lets jobs go on while it is degraded (R-E1)',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 1, concurrency: 6 });
      const { proc, toParent, value } = pool;
      launch(pool, 'job-1');
      acknowledge(pool, 0, 'job-1');
      pool.send({ type: 'target.set', idle: 5 });
      for (const slot of [1, 2, 3, 4, 5]) failStart(pool, slot, lastFailure);
      taken(toParent);

      proc(0).say({
        type: 'process.finished',
        slot: 0,
        jobId: 'job-1',
        end: { outcome: 'success' },
      });
      end(pool, 0, { jobId: 'job-1', outcome: 'success', started: true, reported: true });

      expect(toParent.map(({ type }) => type)).toEqual(['job.finished', 'job.exited']);
      expect(value()).toEqual(waiting);
    },
  },
  {
    title: 'takes the end of a running process for no failed probe',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 2, concurrency: 6 });
      for (const [slot, jobId] of ['job-1', 'job-2'].entries()) {
        launch(pool, jobId);
        acknowledge(pool, slot, jobId);
      }
      pool.send({ type: 'target.set', idle: 5 });
      for (const slot of [2, 3, 4, 5, 6]) failStart(pool, slot, lastFailure);
      pool.advance(30_000);
      taken(pool.toParent);

      end(pool, 0, { jobId: 'job-1', outcome: 'success', started: true, reported: true });
      pool.proc(1).fail(new Error('broke'));

      expect(pool.toParent).toEqual([
        { type: 'job.exited', jobId: 'job-1', end: { outcome: 'success' }, died: false },
        {
          type: 'job.exited',
          jobId: 'job-2',
          end: { outcome: 'failed', error: broke },
          died: true,
        },
      ]);
      expect(pool.value()).toEqual({ degraded: 'probing' });
    },
  },
  {
    title: 'gives up a job at once whose process dies unacknowledged while it is degraded',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 1, concurrency: 6 });
      launch(pool, 'job-1');
      pool.send({ type: 'target.set', idle: 5 });
      for (const slot of [1, 2, 3, 4, 5]) failStart(pool, slot, lastFailure);
      taken(pool.toParent);

      end(pool, 0, { jobId: 'job-1', outcome: 'failed', error: broke });

      expect(pool.toParent).toEqual([unstartable('job-1')]);
    },
  },
  {
    title: 'takes a process machine that breaks while it starts for a failed start',
    run: (machine) => {
      const pool = start(machine, { concurrency: 1 });
      const { advance, proc, slots, toParent, value } = pool;

      for (const pauseMs of pauses.slice(0, 4)) {
        proc(0).fail(new Error('broke'));
        expect(taken(toParent)).toEqual([failedStart(broke, pauseMs)]);
        expect(slots()).toEqual([]);
        advance(pauseMs);
      }
      proc(0).fail(new Error('broke again'));
      expect(taken(toParent)).toEqual([
        failedStart(brokeAgain, 30_000),
        { type: 'pool.degraded', error: brokeAgain },
      ]);
      expect(value()).toEqual(waiting);

      advance(30_000);
      proc(0).fail(new Error('broke'));
      expect(toParent).toEqual([failedStart(broke, 30_000)]);
      expect(value()).toEqual(waiting);

      advance(30_000);
      expect(slots()).toEqual([0]);
    },
  },
];
