import { expect } from 'vitest';
import { failure } from '../support/samples.js';
import {
  accept,
  exit,
  launch,
  ofType,
  prewarming,
  report,
  running,
  started,
  terminate,
  type Worker,
  type WorkerBehaviour,
  work,
} from './worker.subject.js';

const sampled = (load: number) => ({ type: 'load.sampled', load }) as const;
const roomy = { numIdleProcesses: 4, maxJobs: 100, loadThreshold: 0.7 };

/** How many warm processes the pool is asked to keep at this load. */
const targetAt = (worker: Worker, load: number): number => {
  worker.load.say(sampled(load));
  // It is told when it changes.
  return ofType(worker.pool.told, 'target.set').at(-1)?.idle ?? worker.context().idleTarget;
};

/** What a worker promises about its stock of warm processes. */
export const behaviours: readonly WorkerBehaviour[] = [
  {
    title: 'keeps as many warm processes as the load leaves room for, more and less (F-81)',
    run: (machine) => {
      const worker = running(machine, roomy);
      expect(targetAt(worker, 0.6)).toBe(4);

      work(worker, 'job-1');
      work(worker, 'job-2');
      expect(targetAt(worker, 0.4)).toBe(2);
      expect(targetAt(worker, 0.5)).toBe(1);
      expect(targetAt(worker, 0.1)).toBe(4);
      expect(targetAt(worker, 0)).toBe(4);
      expect(targetAt(worker, 0.7)).toBe(0);

      exit(worker, 'job-1');
      exit(worker, 'job-2');
      expect(targetAt(worker, 0.69)).toBe(4);
    },
  },
  {
    title: 'keeps all of them when load is no limit, and none when it is one already',
    run: (machine) => {
      const endless = running(machine, { ...roomy, loadThreshold: Number.POSITIVE_INFINITY });
      work(endless, 'job-1');
      expect(targetAt(endless, 1)).toBe(4);

      expect(targetAt(running(machine, { ...roomy, loadThreshold: 0 }), 0)).toBe(0);
    },
  },
  {
    title: 'keeps warm processes for the offers it accepted, whatever the load (R-E5)',
    run: (machine) => {
      const worker = running(machine, roomy);
      accept(worker, 'job-1');
      accept(worker, 'job-2');

      expect(targetAt(worker, 0.9)).toBe(2);

      const none = running(machine, { ...roomy, numIdleProcesses: 0 });
      accept(none, 'job-1');
      expect(targetAt(none, 0.9)).toBe(0);
    },
  },
  {
    title: 'is full while one more job could not start in time (R-C13, R-E2, R-E4)',
    run: (machine) => {
      const worker = running(machine, roomy);
      const { link, pool, value } = worker;

      pool.say({ type: 'pool.places', places: 2 });
      launch(worker, 'job-1');
      expect(value()).toEqual({ running: 'available' });
      accept(worker, 'job-2');
      expect(value()).toEqual({ running: 'full' });
      expect(ofType(link.told, 'report')).toEqual([report('full')]);

      started(worker, 'job-1');
      pool.say({ type: 'pool.places', places: 1 });
      expect(value()).toEqual({ running: 'full' });
      terminate(worker, 'job-2');
      expect(value()).toEqual({ running: 'available' });

      pool.say({ type: 'pool.places', places: 0 });
      expect(value()).toEqual({ running: 'full' });
      pool.say({ type: 'pool.places', places: undefined });
      expect(value()).toEqual({ running: 'available' });
      expect(
        ofType(link.told, 'report')
          .map(({ status }) => status)
          .slice(-3),
      ).toEqual(['available', 'full', 'available']);
    },
  },
  {
    title: 'is full while it warms up and one more job could not start in time',
    run: (machine) => {
      const worker = prewarming(machine, roomy);
      worker.pool.say({ type: 'pool.process', slot: 0, pid: 1, timings: {} });
      worker.pool.say({ type: 'pool.places', places: 0 });

      expect(worker.value()).toEqual({ prewarming: 'busy' });
    },
  },
  {
    title: 'warns of a policy of the pool that throws, with its words as a field',
    run: (machine) => {
      const { emitted, pool } = running(machine);

      pool.say({ type: 'pool.policy', error: failure, thrown: 'no such tenant' });

      expect(emitted).toEqual([{ type: 'warning', error: failure, thrown: 'no such tenant' }]);
    },
  },
];
