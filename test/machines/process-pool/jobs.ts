import { expect } from 'vitest';
import type { Behaviour } from '../../support/behaviour.js';
import { taken } from '../../support/run-machine.js';
import { failure } from '../../support/samples.js';
import {
  acknowledge,
  end,
  jobOf,
  launch,
  type Machine,
  start,
  startWarm,
  warmUp,
} from './start.js';

const died = {
  exit: { code: null, signal: 'SIGKILL' },
  outcome: 'failed',
  error: failure,
} as const;
const failed = { outcome: 'failed', error: failure } as const;
const success = { outcome: 'success' } as const;
const startedEvent = { type: 'job.started', jobId: 'job-1', slot: 0, pid: 40 };

/** A pool that runs one job in `proc.0`. */
const startRunning = (machine: Machine) => {
  const pool = startWarm(machine, { idle: 1 });
  launch(pool, 'job-1');
  acknowledge(pool, 0, 'job-1');
  expect(taken(pool.toParent)).toEqual([startedEvent]);
  taken(pool.proc(0).told);
  return pool;
};

/** What a pool promises of each job. */
export const jobs: readonly Behaviour<Machine>[] = [
  {
    title:
      'tells the start, the outcome and the exit of a job, and passes the word of its delivery',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 1 });
      const { proc, send, toParent } = pool;
      launch(pool, 'job-1');
      expect(toParent).toEqual([]);

      acknowledge(pool, 0, 'job-1');
      expect(taken(toParent)).toEqual([startedEvent]);

      proc(0).say({ type: 'process.finished', slot: 0, jobId: 'job-1', end: success });
      expect(taken(toParent)).toEqual([{ type: 'job.finished', jobId: 'job-1', end: success }]);

      taken(proc(0).told);
      send({ type: 'outcome.delivered', jobId: 'job-1' });
      send({ type: 'outcome.delivered', jobId: 'job-9' });
      expect(proc(0).told).toEqual([{ type: 'outcome.delivered' }]);

      end(pool, 0, { jobId: 'job-1', ...success, started: true, reported: true });
      expect(toParent).toEqual([{ type: 'job.exited', jobId: 'job-1', end: success, died: false }]);
    },
  },
  {
    title: 'tells whether a failed job said so itself, or died',
    run: (machine) => {
      const exitOf = (reported: boolean) => {
        const pool = startRunning(machine);
        end(pool, 0, { jobId: 'job-1', ...died, started: true, reported });
        return pool.toParent;
      };

      expect(exitOf(true)).toEqual([
        { type: 'job.exited', jobId: 'job-1', end: failed, died: false },
      ]);
      expect(exitOf(false)).toEqual([
        { type: 'job.exited', jobId: 'job-1', end: failed, died: true },
      ]);
    },
  },
  {
    title: 'never runs a job again that has started (R-D5)',
    run: (machine) => {
      const pool = startRunning(machine);
      warmUp(pool, 1);

      end(pool, 0, { jobId: 'job-1', ...died, started: true });

      expect(pool.toParent.at(-1)).toEqual({
        type: 'job.exited',
        jobId: 'job-1',
        end: failed,
        died: true,
      });
      expect(pool.proc(1).told).toEqual([]);
      expect(pool.context().queue).toEqual([]);
    },
  },
  {
    title:
      'gives a job to the next process when its process died without acknowledging it (F-83, D-7, R-D4)',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 2 });
      const { proc, toParent } = pool;
      const job = launch(pool, 'job-1');

      end(pool, 0, { jobId: 'job-1', ...died });

      expect(proc(1).told).toEqual([{ type: 'job.assign', launch: job }]);
      expect(toParent).toEqual([]);
      acknowledge(pool, 1, 'job-1');
      expect(toParent).toEqual([{ type: 'job.started', jobId: 'job-1', slot: 1, pid: 41 }]);
    },
  },
  {
    title: 'gives up a job after three processes that did not acknowledge it (F-83, R-D4)',
    run: (machine) => {
      const givenUp = (more: { error?: typeof failure }) => {
        const pool = startWarm(machine, { idle: 4 });
        launch(pool, 'job-1');
        for (const slot of [0, 1]) end(pool, slot, { jobId: 'job-1', ...died });
        expect(pool.toParent).toEqual([]);
        end(pool, 2, { jobId: 'job-1', ...died, error: undefined, ...more });
        expect(pool.proc(3).told).toEqual([]);
        return pool.toParent;
      };

      expect(givenUp({ error: failure })).toEqual([
        { type: 'job.unstartable', jobId: 'job-1', error: failure },
      ]);
      expect(givenUp({})).toEqual([
        {
          type: 'job.unstartable',
          jobId: 'job-1',
          error: {
            code: 'ERR_LAUNCH_FAILED',
            message: 'The job was given to 3 processes and none of them acknowledged it.',
          },
        },
      ]);
    },
  },
  {
    title: 'tries a job again before those that came later',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 1, concurrency: 1 });
      for (const jobId of ['job-1', 'job-2']) launch(pool, jobId);
      end(pool, 0, { jobId: 'job-1', ...died });

      warmUp(pool, 1);
      warmUp(pool, 0);

      expect([1, 0].map((slot) => jobOf(pool.proc(slot)))).toEqual(['job-1', 'job-2']);
    },
  },
  {
    title: 'starts no job a second time that may have started',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 3 });
      const { proc, toParent } = pool;
      for (const jobId of ['job-1', 'job-2', 'job-3']) launch(pool, jobId);

      end(pool, 0, { jobId: 'job-1', ...died, started: true });
      end(pool, 1, { jobId: 'job-2', outcome: 'lost', exit: undefined, error: failure });
      proc(2).fail(new Error('broke'));

      expect(toParent).toEqual([
        { type: 'job.exited', jobId: 'job-1', end: failed, died: true },
        { type: 'job.unstartable', jobId: 'job-2', error: failure },
        {
          type: 'job.unstartable',
          jobId: 'job-3',
          error: { code: 'ERR_INTERNAL', message: 'broke' },
        },
      ]);
      warmUp(pool, 3, 4, 5);
      expect([3, 4, 5].map((slot) => jobOf(proc(slot)))).toEqual([undefined, undefined, undefined]);
    },
  },
  {
    title: 'fails only the job of a process machine that broke, and goes on (F-77)',
    run: (machine) => {
      const pool = startRunning(machine);
      const { children, proc, slots, toParent } = pool;
      warmUp(pool, 1);
      launch(pool, 'job-2');
      acknowledge(pool, 1, 'job-2');
      taken(toParent);

      proc(0).fail(new Error('broke\n  at somewhere'));
      expect(taken(toParent)).toEqual([
        {
          type: 'job.exited',
          jobId: 'job-1',
          end: { outcome: 'failed', error: { code: 'ERR_INTERNAL', message: 'broke' } },
          died: true,
        },
      ]);
      expect(slots()).toEqual([1, 2]);
      expect(children()).toEqual(['proc.1', 'proc.2']);

      proc(1).say({ type: 'process.finished', slot: 1, jobId: 'job-2', end: success });
      expect(toParent).toEqual([{ type: 'job.finished', jobId: 'job-2', end: success }]);
    },
  },
  {
    title: 'forgets a job that was cancelled while it waited',
    run: (machine) => {
      const pool = start(machine, { idle: 0, concurrency: 1 });
      const { proc, send, toParent, value } = pool;
      for (const jobId of ['job-1', 'job-2']) launch(pool, jobId);
      taken(toParent);

      send({ type: 'launch.cancel', jobId: 'job-1', reason: 'ended by the server' });
      expect(proc(0).told).toEqual([]);
      warmUp(pool, 0);
      expect(jobOf(proc(0))).toBe('job-2');

      expect(toParent.map(({ type }) => type)).toEqual(['pool.process', 'pool.ready']);
      expect(value()).toEqual({ ready: 'exact' });
    },
  },
  {
    title: 'ends the process of a cancelled job, and tells nothing more of the job',
    run: (machine) => {
      const pool = startWarm(machine, { idle: 1 });
      const { proc, send, toParent } = pool;
      const job = launch(pool, 'job-1');

      send({ type: 'launch.cancel', jobId: 'job-1', reason: 'ended by the server' });
      expect(proc(0).told).toEqual([
        { type: 'job.assign', launch: job },
        { type: 'shutdown', reason: 'ended by the server' },
      ]);
      acknowledge(pool, 0, 'job-1');
      proc(0).say({ type: 'process.finished', slot: 0, jobId: 'job-1', end: success });
      end(pool, 0, { jobId: 'job-1', ...success, started: true, reported: true });

      expect(toParent).toEqual([]);
    },
  },
  {
    title: 'passes a shutdown to the process of that job',
    run: (machine) => {
      const pool = startRunning(machine);
      warmUp(pool, 1);
      const { proc, send } = pool;

      send({ type: 'job.shutdown', jobId: 'job-1', reason: 'terminated', graceMs: 1_500 });
      send({ type: 'job.shutdown', jobId: 'job-1', reason: 'asked' });
      send({ type: 'job.shutdown', jobId: 'job-9', reason: 'asked' });

      expect(proc(0).told).toEqual([
        { type: 'shutdown', reason: 'terminated', graceMs: 1_500 },
        { type: 'shutdown', reason: 'asked' },
      ]);
      expect(proc(1).told).toEqual([]);
    },
  },
];
