import { expect } from 'vitest';
import { failure, offerOf, unstarted } from '../support/samples.js';
import {
  accept,
  type create,
  exit,
  finish,
  launch,
  linkIsLost,
  no,
  offer,
  ofType,
  poolRecovers,
  prewarming,
  registered,
  report,
  running,
  type WorkerBehaviour,
  work,
} from './worker.subject.js';

const sampled = (load: number) => ({ type: 'load.sampled', load }) as const;
const missed = { type: 'load.missed', error: failure } as const;
const warm = { type: 'process.ready', slot: 0, pid: 1, timings: {} };
const thrown = failure.message;
const noSample = {
  type: 'warning',
  error: { code: 'ERR_TEST', message: 'loadFnc failed: the last load stays' },
  thrown,
};
const noLoad = {
  type: 'warning',
  error: {
    code: 'ERR_TEST',
    message: 'loadFnc failed three times in a row: no jobs are taken until it works',
  },
  thrown,
};
const endless = Number.POSITIVE_INFINITY;

/** The server never picks a lone worker at 0.7, so that is where the worker's own threshold must be. */
const sends = (expected: number, loadThreshold: number, load: number): WorkerBehaviour => ({
  title: `sends ${expected} for a load of ${load} under a threshold of ${loadThreshold}`,
  run: (machine) => {
    const worker = running(machine, { loadThreshold });

    worker.load.say(sampled(load));

    const loads = ofType(worker.link.told, 'report').map((one) => one.load);
    expect(loads).toEqual([expect.closeTo(expected, 10)]);
  },
});

/** What a worker promises about its capacity, its load and its reports. */
export const behaviours: readonly WorkerBehaviour[] = [
  {
    title: 'is full in the tick in which its last place is taken, before it answers',
    run: (machine) => {
      const worker = running(machine, { maxJobs: 1 });
      const { has, link, value } = worker;

      accept(worker, 'job-1');

      expect(value()).toEqual({ running: 'full' });
      expect([has('available'), has('ready')]).toEqual([false, true]);
      expect(link.told.map(({ type }) => type)).toEqual(['report', 'answer']);
      expect(link.told[0]).toEqual(report('full'));
    },
  },
  {
    title: 'is full with its last place also before all its processes are warm',
    run: (machine) => {
      const worker = prewarming(machine, { maxJobs: 1 });
      worker.pool.say({ type: 'pool.process', slot: 0, pid: 1, timings: {} });

      offer(worker, 'job-1');
      expect(worker.value()).toEqual({ prewarming: 'busy' });

      no(worker);
      expect(worker.value()).toEqual({ prewarming: 'warm' });
      expect(ofType(worker.link.told, 'report')).toEqual([
        report('available'),
        report('full'),
        report('available'),
      ]);
    },
  },
  {
    title: 'is available again once an offer is refused, expires, or cannot start',
    run: (machine) => {
      const worker = running(machine, { maxJobs: 1 });
      const { advance, link, pool, value } = worker;

      offer(worker, 'refused');
      no(worker);
      expect(value()).toEqual({ running: 'available' });

      accept(worker, 'expires');
      advance(7_500);
      expect(value()).toEqual({ running: 'available' });

      launch(worker, 'fails');
      pool.say({ type: 'job.unstartable', jobId: 'fails', error: failure });
      expect(value()).toEqual({ running: 'available' });

      expect(ofType(link.told, 'report').map(({ status }) => status)).toEqual([
        'full',
        'available',
        'full',
        'available',
        'full',
        'available',
      ]);
    },
  },
  {
    title: 'keeps the place of a job until its process is gone',
    run: (machine) => {
      const worker = running(machine, { maxJobs: 1 });
      const { link, value } = worker;
      work(worker, 'job-1');

      finish(worker, 'job-1');
      expect(value()).toEqual({ running: 'full' });

      exit(worker, 'job-1');
      expect(value()).toEqual({ running: 'available' });
      expect(ofType(link.told, 'report')).toEqual([
        report('full'),
        report('full', ['job-1']),
        report('full'),
        report('available'),
      ]);
    },
  },
  {
    title: 'counts a job that started once, as a job and not as an offer',
    run: (machine) => {
      const worker = running(machine, { maxJobs: 2 });

      work(worker, 'job-1');
      expect(worker.value()).toEqual({ running: 'available' });

      work(worker, 'job-2');
      expect(worker.value()).toEqual({ running: 'full' });
    },
  },
  {
    title: 'takes no job at all when it may run none',
    run: (machine) => {
      const { link, value } = running(machine, { maxJobs: 0 });

      expect(value()).toEqual({ running: 'full' });
      expect(link.told).toEqual([]);
    },
  },
  {
    title: 'reports once with each change, status, load and job ids together',
    run: (machine) => {
      const worker = running(machine);
      const { link, load } = worker;
      load.say(sampled(0.35));

      work(worker, 'job-1');
      work(worker, 'job-2');
      finish(worker, 'job-1');
      exit(worker, 'job-1');
      exit(worker, 'job-2');

      expect(ofType(link.told, 'report')).toEqual([
        report('available', [], 0.345),
        report('available', ['job-1'], 0.345),
        report('available', ['job-1', 'job-2'], 0.345),
        report('available', ['job-2'], 0.345),
        report('available', [], 0.345),
      ]);
      expect(load.told).toEqual([
        { type: 'jobs', jobIds: [] },
        { type: 'jobs', jobIds: ['job-1'] },
        { type: 'jobs', jobIds: ['job-1', 'job-2'] },
        { type: 'jobs', jobIds: ['job-2'] },
        { type: 'jobs', jobIds: [] },
      ]);
    },
  },
  {
    title: 'reports with each sample of its load and with each one that is missing',
    run: (machine) => {
      const { link, load } = running(machine);

      load.say(sampled(0.35));
      load.say(sampled(0.35));
      load.say(missed);
      load.say(missed);

      expect(link.told).toEqual(Array(4).fill(report('available', [], 0.345)));
    },
  },
  {
    title: 'reports to a server that registers it anew',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');
      const { link } = worker;
      link.told.splice(0);

      linkIsLost(worker);
      link.say({ ...registered, workerId: 'AW_2' });

      expect(link.told).toEqual([report('available', ['job-1'])]);
      expect(worker.context().workerId).toBe('AW_2');
    },
  },
  {
    title: 'tells its status when the server has read it, and not when it is only sent',
    run: (machine) => {
      const worker = running(machine);
      const { context, emitted, link, load } = worker;
      load.say(sampled(1));
      load.say(sampled(0));
      linkIsLost(worker);
      load.say(sampled(1));
      load.say(sampled(0));
      expect(ofType(emitted, 'status')).toEqual([]);
      expect(context().known).toBeUndefined();

      link.say(registered);
      for (const status of ['available', 'full', 'available'] as const) {
        link.say({ type: 'link.reported', slot: 0, status });
        expect(context().known).toBe(status);
      }
      expect(ofType(emitted, 'status')).toEqual([
        { type: 'status', status: 'available' },
        { type: 'status', status: 'full' },
        { type: 'status', status: 'available' },
      ]);

      linkIsLost(worker);
      expect(context().known).toBeUndefined();
    },
  },
  {
    title: 'is full at its load threshold, and starts no warm process there',
    run: (machine) => {
      const { link, load, pool, value } = running(machine);

      load.say(sampled(0.7));
      expect(value()).toEqual({ running: 'full' });
      expect(pool.told).toEqual([{ type: 'target.set', idle: 0 }]);

      load.say(sampled(0.699));
      expect(value()).toEqual({ running: 'available' });
      expect(pool.told.slice(1)).toEqual([{ type: 'target.set', idle: 2 }]);

      expect(link.told).toEqual([
        report('full', [], 0.69),
        report('available', [], (0.699 * 0.69) / 0.7),
      ]);
    },
  },
  sends(0.69, 0.7, 0.7),
  sends(0.345, 0.7, 0.35),
  sends(0.5, 0.69, 0.5),
  sends(0.9, 0.5, 0.9),
  sends(0.345, 1, 0.5),
  sends(0.69, 1, 1),
  sends(0.69, endless, 1),
  sends(0.345, endless, 0.5),
  {
    title: 'is never full of load when its threshold is no limit',
    run: (machine) => {
      const { load, pool, value } = running(machine, { loadThreshold: endless });

      load.say(sampled(1));

      expect(value()).toEqual({ running: 'available' });
      expect(pool.told).toEqual([{ type: 'target.set', idle: 2 }]);
    },
  },
  {
    title: 'keeps the last load for two samples that are missing, and warns once',
    run: (machine) => {
      const { context, emitted, load, value } = running(machine);
      load.say(sampled(0.2));

      load.say(missed);
      load.say(missed);

      expect(value()).toEqual({ running: 'available' });
      expect(context().load).toBe(0.2);
      expect(emitted).toEqual([noSample]);
    },
  },
  {
    title: 'is full after three missing samples in a row, until there is one again',
    run: (machine) => {
      const { emitted, link, load, pool, value } = running(machine);
      load.say(missed);
      load.say(missed);

      load.say(missed);
      expect(value()).toEqual({ running: 'full' });
      expect(pool.told).toEqual([{ type: 'target.set', idle: 0 }]);
      load.say(missed);

      load.say(sampled(0));
      expect(value()).toEqual({ running: 'available' });
      expect(emitted).toEqual([noSample, noLoad]);
      expect(link.told).toEqual([
        report('available'),
        report('available'),
        report('full', [], 0.69 / 0.7),
        report('full', [], 0.69 / 0.7),
        report('available'),
      ]);
    },
  },
  {
    title: 'counts missing samples anew after a good one',
    run: (machine) => {
      const { emitted, load, value } = running(machine);

      for (const fact of [missed, missed, sampled(0), missed, missed]) load.say(fact);

      expect(value()).toEqual({ running: 'available' });
      expect(emitted).toEqual([noSample, noSample]);
    },
  },
  {
    title: 'counts missing samples before it runs as well',
    run: (machine) => {
      const { emitted, link, load, pool, value } = prewarming(machine);
      pool.say({ type: 'pool.process', slot: 0, pid: 1, timings: {} });

      load.say(missed);
      load.say(missed);
      expect(value()).toEqual({ prewarming: 'warm' });

      load.say(missed);
      expect(value()).toEqual({ prewarming: 'busy' });
      expect(emitted.slice(1)).toEqual([noSample, noLoad]);
      expect(link.told).toEqual([
        report('available'),
        report('available'),
        report('available'),
        report('full', [], 0.69 / 0.7),
      ]);
    },
  },
  {
    title: 'is full and not ready while its pool is degraded, and its jobs go on',
    run: (machine) => {
      const worker = running(machine);
      const { emitted, has, link, pool, value } = worker;
      work(worker, 'job-1');
      emitted.splice(0);
      link.told.splice(0);

      pool.say({ type: 'pool.degraded', error: failure });
      expect(value()).toEqual({ running: 'degraded' });
      expect(has('ready')).toBe(false);
      offer(worker, 'job-2');

      poolRecovers(worker);
      expect(value()).toEqual({ running: 'available' });
      expect(link.told).toEqual([
        report('full', ['job-1']),
        {
          type: 'answer',
          jobId: 'job-2',
          available: false,
          terminate: false,
          participation: undefined,
        },
        report('available', ['job-1']),
      ]);
      expect(emitted).toEqual([
        { type: 'degraded', error: failure },
        { type: 'job.offered', jobId: 'job-2', agentName: '' },
        { type: 'job.rejected', jobId: 'job-2', reason: 'the worker takes no jobs now' },
        warm,
        { type: 'recovered' },
      ]);
    },
  },
  {
    title: 'stays full when its pool recovers while it has no place',
    run: (machine) => {
      const worker = running(machine, { maxJobs: 1 });
      const { emitted, pool, value } = worker;
      work(worker, 'job-1');
      emitted.splice(0);

      pool.say({ type: 'pool.degraded', error: failure });
      poolRecovers(worker);

      expect(value()).toEqual({ running: 'full' });
      expect(emitted).toEqual([{ type: 'degraded', error: failure }, warm, { type: 'recovered' }]);
    },
  },
  {
    title: 'stays degraded whatever its load is',
    run: (machine) => {
      const { load, pool, value } = running(machine);
      pool.say({ type: 'pool.degraded', error: failure });

      load.say(sampled(0.9));
      load.say(sampled(0));

      expect(value()).toEqual({ running: 'degraded' });
    },
  },
  {
    title: 'tells policies how much is going on here, without the offer itself',
    run: (machine) => {
      const worker = running(machine, { maxJobs: 9 });
      const { link, load } = worker;
      load.say(sampled(0.35));
      work(worker, 'job-1');
      finish(worker, 'job-1');
      launch(worker, 'job-2');
      link.say({
        type: 'link.offered',
        slot: 0,
        offer: offerOf('job-3', { room: { sid: 'RM_2', name: 'attic', metadata: '' } }),
      });

      offer(worker, 'job-4');

      expect(capacityOf(worker, 'req.2')).toEqual({
        activeJobs: 1,
        reservedJobs: 2,
        jobsInRoom: 2,
        maxJobs: 9,
        load: 0.35,
        loadThreshold: 0.7,
        accepting: true,
      });
    },
  },
  {
    title: 'tells a process that warms, fails, is slow or heavy to whoever listens',
    run: (machine) => {
      const { emitted, pool, value } = running(machine);
      const timings = { ready: 300 };

      pool.say({ type: 'pool.process', slot: 3, pid: 12, timings });
      pool.say({ type: 'pool.failed', ...unstarted, error: failure, retryMs: 200 });
      pool.say({ type: 'pool.slow', slot: 3, silentMs: 600 });
      pool.say({ type: 'pool.heavy', slot: 3, pid: 12, megabytes: 2_100, limitMb: 2_000 });

      expect(emitted).toEqual([
        { type: 'process.ready', slot: 3, pid: 12, timings },
        { type: 'process.failed', ...unstarted, error: failure, retryMs: 200 },
        { type: 'process.slow', slot: 3, silentMs: 600 },
        { type: 'process.heavy', slot: 3, pid: 12, megabytes: 2_100, limitMb: 2_000 },
      ]);
      expect(value()).toEqual({ running: 'available' });
    },
  },
];

/** What the request in a slot was told about the worker. */
function capacityOf({ actor }: ReturnType<typeof create>, id: string): unknown {
  const children = actor.getSnapshot().children as Record<
    string,
    { getSnapshot(): { context: { capacity: unknown } } } | undefined
  >;
  return children[id]?.getSnapshot().context.capacity;
}
