import { expect } from 'vitest';
import type { Behaviour } from '../../support/behaviour.js';
import { taken } from '../../support/run-machine.js';
import { failure } from '../../support/samples.js';
import {
  acknowledge,
  end,
  failStart,
  jobOf,
  launch,
  type Machine,
  type Pool,
  pauses,
  startWarm,
  startWired,
  warmUp,
} from './start.js';

const success = { outcome: 'success' } as const;
const exited = (jobId: string) => ({ type: 'job.exited', jobId, end: success, died: false });

/** Runs a job in the process of a slot, to the word of its end. */
const finishJob = (pool: Pool, slot: number, jobId: string) => {
  launch(pool, jobId);
  acknowledge(pool, slot, jobId);
  pool.proc(slot).say({ type: 'process.finished', slot, jobId, end: success });
  taken(pool.toParent);
};

const free = ({ proc }: Pool, slot: number, jobId: string) =>
  proc(slot).say({ type: 'process.freed', slot, jobId });

/** A pool whose `proc.0` has run a job, and whose place in the stock `proc.1` has taken. */
const startFreed = (machine: Machine) => {
  const pool = startWarm(machine, { idle: 1 });
  finishJob(pool, 0, 'job-1');
  warmUp(pool, 1);
  taken(pool.toParent);
  free(pool, 0, 'job-1');
  return pool;
};

/** What a pool promises of processes that run several jobs. */
export const recycling: readonly Behaviour<Machine>[] = [
  {
    title: 'ends a job when its process is free again, and once (F-98)',
    run: (machine) => {
      const pool = startFreed(machine);

      expect(taken(pool.toParent)).toEqual([exited('job-1')]);
      expect(pool.context().members).toEqual([
        { slot: 0, phase: 'warm', order: 2, job: undefined },
        { slot: 1, phase: 'warm', order: 1, job: undefined },
      ]);

      free(pool, 0, 'job-1');
      expect(pool.toParent).toEqual([]);
      taken(pool.proc(0).told);
      pool.send({ type: 'outcome.delivered', jobId: 'job-1' });
      pool.send({ type: 'job.shutdown', jobId: 'job-1', reason: 'asked' });
      expect(pool.proc(0).told).toEqual([]);
    },
  },
  {
    title: 'gives jobs to those that were warm before, and then to one that is free again (F-98)',
    run: (machine) => {
      const pool = startFreed(machine);
      taken(pool.proc(0).told);

      const second = launch(pool, 'job-2');
      expect(pool.proc(1).told).toEqual([{ type: 'job.assign', launch: second }]);
      const third = launch(pool, 'job-3');

      expect(pool.proc(0).told).toEqual([{ type: 'job.assign', launch: third }]);
    },
  },
  {
    title: 'gives a job that waits to a process that is free again (F-98)',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 1, concurrency: 1 });
      finishJob(pool, 0, 'job-1');
      launch(pool, 'job-2');

      free(pool, 0, 'job-1');

      expect(jobOf(pool.proc(0))).toBe('job-2');
      acknowledge(pool, 0, 'job-2');
      expect(pool.toParent).toEqual([
        exited('job-1'),
        { type: 'job.started', jobId: 'job-2', slot: 0, pid: 40 },
      ]);
    },
  },
  {
    title: 'hears of a job only from the process that has it (F-98)',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 2 });
      finishJob(pool, 0, 'job-1');

      free(pool, 1, 'job-1');
      free(pool, 0, 'job-9');

      expect(pool.toParent).toEqual([]);
      expect(pool.context().members.find(({ slot }) => slot === 0)?.phase).toBe('running');
    },
  },
  {
    title: 'closes the newest after a minute when more are warm than it wants (F-98)',
    run: (machine) => {
      const pool = startFreed(machine);
      taken(pool.proc(0).told);

      pool.advance(59_999);
      expect(pool.proc(0).told).toEqual([]);

      pool.advance(1);
      expect(pool.proc(0).told).toEqual([{ type: 'shutdown', reason: 'the pool is closing' }]);
      expect(pool.proc(1).told).toEqual([]);
    },
  },
  {
    title: 'closes a process that is free again while it drains, unless it is kept (F-98)',
    run: (machine) => {
      for (const [keep, told] of [
        [0, [{ type: 'shutdown', reason: 'the pool is closing' }]],
        [1, []],
      ] as const) {
        const pool = startWarm(machine, { idle: 1, concurrency: 1 });
        finishJob(pool, 0, 'job-1');
        end(pool, 1, { wasWarm: false });
        taken(pool.toParent);
        pool.send({ type: 'drain', keep });
        taken(pool.proc(0).told);

        free(pool, 0, 'job-1');

        expect(taken(pool.toParent)).toEqual([exited('job-1')]);
        expect(pool.proc(0).told).toEqual(told);
      }
    },
  },
  {
    title: 'is closed when a process that ran jobs is gone, without a word of it (F-98)',
    run: (machine) => {
      const pool = startFreed(machine);
      taken(pool.toParent);
      pool.send({ type: 'drain', keep: 0 });

      end(pool, 0);
      end(pool, 1);

      expect(pool.status()).toBe('done');
      expect(pool.toParent).toEqual([]);
    },
  },
  {
    title: 'tells a death between two jobs as that of a warm process, and never as a job’s (F-98)',
    run: (machine) => {
      const pool = startFreed(machine);
      taken(pool.toParent);

      end(pool, 0, { error: failure });

      expect(pool.toParent).toEqual([
        { type: 'pool.died', slot: 0, pid: 40, jobId: undefined, error: failure },
      ]);
      expect(pool.value()).toEqual({ ready: 'exact' });
    },
  },
  {
    title: 'takes a process that is free again for no sign that others start (F-98)',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 1, concurrency: 1 });
      finishJob(pool, 0, 'job-1');
      for (const pauseMs of pauses.slice(0, 4)) {
        failStart(pool, 1);
        pool.advance(pauseMs);
      }
      failStart(pool, 1);
      expect(pool.value()).toEqual({ degraded: 'waiting' });
      taken(pool.toParent);

      free(pool, 0, 'job-1');
      launch(pool, 'job-2');

      expect(pool.value()).toEqual({ degraded: 'waiting' });
      expect(pool.toParent).toEqual([exited('job-1')]);
      expect(jobOf(pool.proc(0))).toBe('job-2');
    },
  },
  {
    title: 'runs jobs one after the other in the same real process machine (F-98)',
    run: (machine) => {
      const pool = startWired(machine, { idle: 1, jobs: 2 });
      const child = pool.children.at('proc.0');
      child.say({ type: 'child.spawned', pid: 40 });
      child.say({ type: 'child.online' });
      child.say({ type: 'child.ready', timings: {} });
      taken(pool.toParent);

      for (const jobId of ['job-1', 'job-2']) {
        launch(pool, jobId);
        child.say({ type: 'child.started', jobId });
        child.say({ type: 'child.finished', end: success });
        pool.send({ type: 'outcome.delivered', jobId });
        child.say({ type: 'child.freed' });
      }

      expect(child.told.map(({ type }) => type)).toEqual([
        ...['start', 'guard', 'leave', 'start', 'guard', 'leave'],
      ]);
      child.say({ type: 'child.exited', code: 0, signal: null });
      child.say({ type: 'child.closed', code: 0, signal: null });
      expect(pool.toParent.filter(({ type }) => type !== 'pool.ready')).toEqual(
        ['job-1', 'job-2'].flatMap((jobId) => [
          { type: 'job.started', jobId, slot: 0, pid: 40 },
          { type: 'job.finished', jobId, end: success },
          exited(jobId),
        ]),
      );
    },
  },
];
