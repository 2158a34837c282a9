import { expect } from 'vitest';
import type { Behaviour } from '../../support/behaviour.js';
import { taken } from '../../support/run-machine.js';
import { childInput, failure, processLimits, processTimeouts } from '../../support/samples.js';
import {
  acknowledge,
  end,
  failedStart,
  jobOf,
  launch,
  type Machine,
  start,
  startWarm,
  warmUp,
} from './start.js';

const ready = { type: 'pool.ready' };
const warmed = (slot: number) => ({ type: 'pool.process', slot, pid: 40 + slot, timings: {} });

/** What a pool promises of its stock of warm processes. */
export const warming: readonly Behaviour<Machine>[] = [
  {
    title: 'warms the wanted number of processes, as many at a time as it may (F-78, F-80)',
    run: (machine) => {
      const pool = start(machine, { idle: 4, concurrency: 2 });
      const { has, processes, slots, toParent, value } = pool;
      expect(slots()).toEqual([0, 1]);
      expect(has('up')).toBe(true);

      warmUp(pool, 1);
      expect(slots()).toEqual([0, 1, 2]);
      warmUp(pool, 2, 0);
      expect(slots()).toEqual([0, 1, 2, 3]);
      expect(value()).toEqual({ warming: 'starting' });

      warmUp(pool, 3);
      expect(slots()).toEqual([0, 1, 2, 3]);
      expect(toParent).toEqual([warmed(1), warmed(2), warmed(0), warmed(3), ready]);
      expect(value()).toEqual({ ready: 'exact' });
      expect(has('up')).toBe(true);
      expect(processes.inputs).toEqual(
        [0, 1, 2, 3].map((slot) => ({
          slot,
          child: childInput,
          timeouts: processTimeouts,
          limits: processLimits,
        })),
      );
    },
  },
  {
    title: 'starts nothing and is ready at once when it keeps nothing warm',
    run: (machine) => {
      const { advance, slots, timers, toParent, value } = start(machine, { idle: 0 });

      advance(60_000);

      expect(value()).toEqual({ ready: 'exact' });
      expect(slots()).toEqual([]);
      expect(toParent).toEqual([ready]);
      expect(timers()).toEqual([]);
    },
  },
  {
    title:
      'gives a job to the process that has been warm for longest, and replaces it at once (F-78)',
    run: (machine) => {
      const pool = start(machine, { idle: 3 });
      const { proc, slots, value } = pool;
      warmUp(pool, 1, 2, 0);

      const first = launch(pool, 'job-1');
      expect(proc(1).told).toEqual([{ type: 'job.assign', launch: first }]);
      expect(slots()).toEqual([0, 1, 2, 3]);
      expect(value()).toEqual({ warming: 'starting' });

      const second = launch(pool, 'job-2');
      expect(proc(2).told).toEqual([{ type: 'job.assign', launch: second }]);
      expect(slots()).toEqual([0, 1, 2, 3, 4]);
      expect(proc(0).told).toEqual([]);
    },
  },
  {
    title: 'lets a job wait for a process that starts with it, when nothing is kept warm',
    run: (machine) => {
      const pool = start(machine, { idle: 0 });
      const { advance, proc, slots, toParent, value } = pool;
      taken(toParent);

      const job = launch(pool, 'job-1');
      expect(slots()).toEqual([0]);
      advance(9_999);
      expect(proc(0).told).toEqual([]);

      warmUp(pool, 0);
      expect(proc(0).told).toEqual([{ type: 'job.assign', launch: job }]);
      expect(slots()).toEqual([0]);
      expect(toParent).toEqual([warmed(0), ready]);
      expect(value()).toEqual({ ready: 'exact' });
    },
  },
  {
    title:
      'starts processes for a burst in parallel, and never more at a time than it may (F-80, N-13)',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 1, concurrency: 3 });
      const { proc, slots } = pool;

      for (const jobId of ['job-1', 'job-2', 'job-3', 'job-4', 'job-5']) launch(pool, jobId);
      expect(slots()).toEqual([0, 1, 2, 3]);
      warmUp(pool, 2, 1, 3);
      expect(slots()).toEqual([0, 1, 2, 3, 4, 5]);
      warmUp(pool, 4, 5);

      expect([0, 1, 2, 3, 4, 5].map((slot) => jobOf(proc(slot)))).toEqual([
        'job-1',
        'job-3',
        'job-2',
        'job-4',
        'job-5',
        undefined,
      ]);
      expect(slots()).toEqual([0, 1, 2, 3, 4, 5]);
    },
  },
  {
    title: 'replaces a warm process that dies at once, and counts it as no failure (F-84, R-D3)',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 2 });
      const { slots, toParent, value } = pool;

      for (let deaths = 0; deaths < 10; deaths += 1) {
        end(pool, 1, { exit: { code: null, signal: 'SIGKILL' } });
        expect(slots()).toEqual([0, 1]);
        expect(value()).toEqual({ warming: 'starting' });
        warmUp(pool, 1);
        expect(value()).toEqual({ ready: 'exact' });
      }

      expect(toParent).toEqual(Array.from({ length: 10 }, () => [warmed(1), ready]).flat());
    },
  },
  {
    title: 'replaces a warm process whose machine broke at once, and counts it as no failure',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 2 });

      pool.proc(1).fail(new Error('broke'));
      expect(pool.slots()).toEqual([0, 1]);

      pool.proc(0).fail(new Error('broke'));
      expect(pool.slots()).toEqual([1, 0]);
      const died = { jobId: undefined, error: { code: 'ERR_INTERNAL', message: 'broke' } };
      expect(pool.toParent).toEqual([
        { type: 'pool.died', slot: 1, pid: undefined, ...died },
        { type: 'pool.died', slot: 0, pid: undefined, ...died },
      ]);
    },
  },
  {
    title: 'tells why a warm process died, unless that is known already',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 3 });

      end(pool, 0, { error: failure });
      end(pool, 1, { error: { code: 'ERR_MEMORY_LIMIT', message: 'too heavy' } });
      end(pool, 2);

      expect(pool.toParent).toEqual([
        { type: 'pool.died', slot: 0, pid: 40, jobId: undefined, error: failure },
      ]);
    },
  },
  {
    title: 'tells of a process that was made to leave after its job was over',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 1 });
      launch(pool, 'job-1');
      acknowledge(pool, 0, 'job-1');
      taken(pool.toParent);

      const over = { jobId: 'job-1', outcome: 'success', started: true, reported: true } as const;
      end(pool, 0, { ...over, cut: failure });

      expect(pool.toParent).toEqual([
        { type: 'job.exited', jobId: 'job-1', end: { outcome: 'success' }, died: false },
        { type: 'pool.died', slot: 0, pid: 40, jobId: 'job-1', error: failure },
      ]);
    },
  },
  {
    title: 'takes the death of a process that was warm for a moment only for a failed start',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 1 });

      end(pool, 0, { settled: false, pid: undefined, error: failure });
      expect(pool.value()).toEqual({ warming: 'pausing' });
      expect(taken(pool.toParent)).toEqual([failedStart(failure, 90)]);

      for (let deaths = 2; deaths <= 5; deaths += 1) {
        pool.advance(90);
        warmUp(pool, 0);
        end(pool, 0, { settled: false, pid: undefined, error: failure });
      }
      expect(pool.value()).toEqual({ degraded: 'waiting' });
    },
  },
  {
    title: 'warms more when its target rises',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 1, concurrency: 4 });

      pool.send({ type: 'target.set', idle: 3 });
      expect(pool.slots()).toEqual([0, 1, 2]);

      pool.send({ type: 'target.set', idle: 4 });
      expect(pool.slots()).toEqual([0, 1, 2, 3]);
    },
  },
  {
    title: 'replaces nothing when its target fell, and closes nothing that is warm',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 3 });

      pool.send({ type: 'target.set', idle: 1 });
      launch(pool, 'job-1');
      end(pool, 1);

      expect(pool.slots()).toEqual([0, 2]);
      expect(pool.proc(2).told).toEqual([]);
      expect(pool.value()).toEqual({ ready: 'exact' });
    },
  },
  {
    title: 'uses the slots of processes that are gone again (D-8, N-32)',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 2 });
      const { children, processes, slots } = pool;

      for (let n = 0; n < 60; n += 1) {
        const jobId = `job-${n}`;
        launch(pool, jobId);
        const { slot } = processes.instances.findLast((it) => jobOf(it) === jobId)?.input ?? {
          slot: -1,
        };
        warmUp(pool, ...slots().slice(-1));
        end(pool, slot, { jobId, outcome: 'success', started: true, reported: true });
      }

      expect(children()).toEqual(
        slots()
          .map((slot) => `proc.${slot}`)
          .sort(),
      );
      expect(new Set(processes.inputs.map(({ slot }) => slot))).toEqual(new Set([0, 1, 2]));
      expect(slots()).toHaveLength(2);
    },
  },
  {
    title: 'tells of a process that is slow',
    run: (machine) => {
      const { proc, toParent } = startWarm(machine, { idle: 1 });

      proc(0).say({ type: 'process.slow', slot: 0, silentMs: 500 });

      expect(toParent).toEqual([{ type: 'pool.slow', slot: 0, silentMs: 500 }]);
    },
  },
  {
    title: 'runs alone, too, and emits what it would tell',
    run: (machine) => {
      const pool = start(machine, { alone: true });
      warmUp(pool, 0);
      launch(pool, 'job-1');
      pool.proc(0).say({ type: 'process.started', slot: 0, jobId: 'job-1', pid: 40 });
      end(pool, 0, { jobId: 'job-1', outcome: 'success', started: true, reported: true });

      expect(pool.emitted).toEqual([
        warmed(0),
        ready,
        { type: 'job.started', jobId: 'job-1', slot: 0, pid: 40 },
        { type: 'job.exited', jobId: 'job-1', end: { outcome: 'success' }, died: false },
      ]);
      expect(pool.toParent).toEqual([]);
    },
  },
];
