import { expect } from 'vitest';
import { failure, offerOf, unstarted } from '../support/samples.js';
import {
  accept,
  as,
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
  yes,
} from './worker.subject.js';

const sampled = (load: number) => ({ type: 'load.sampled', load }) as const;
const missedBy = (fault: 'threw' | 'late' | 'unusable') =>
  ({ type: 'load.missed', fault, error: failure }) as const;
const missed = missedBy('threw');
const loadFnc = () => 0;
const warm = { type: 'process.ready', slot: 0, pid: 1, timings: {} };
const thrown = failure.message;
const warning = (message: string, code = 'ERR_TEST') => ({
  type: 'warning',
  error: { code, message },
  thrown,
});
const noSample = warning('loadFnc failed: the last load stays');
const noLoad = warning('loadFnc failed three times in a row: no jobs are taken until it works');
const endless = Number.POSITIVE_INFINITY;

/** The server never picks a lone worker at 0.7, so that is where the worker's own threshold must be. */
const sends = (expected: number, loadThreshold: number, load: number): WorkerBehaviour => ({
  title: `sends ${expected} for a load of ${load} under a threshold of ${loadThreshold} (D-27, N-17)`,
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
    title: 'is full in the tick in which its last place is taken, before it answers (F-73, N-6)',
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
    title: 'is available again once an offer is refused, expires, or cannot start (F-49, N-6)',
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
    title: 'keeps the place of a job until its process is gone (N-6)',
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
    title: 'counts a job that started once, as a job and not as an offer (F-49, N-6)',
    run: (machine) => {
      const worker = running(machine, { maxJobs: 2 });

      work(worker, 'job-1');
      expect(worker.value()).toEqual({ running: 'available' });

      work(worker, 'job-2');
      expect(worker.value()).toEqual({ running: 'full' });
    },
  },
  {
    title: 'takes no job at all with a threshold of 0 (F-6, O-5)',
    run: (machine) => {
      const worker = running(machine, { loadThreshold: 0 });
      worker.load.say(sampled(0));
      offer(worker, 'job-1');

      expect(worker.value()).toEqual({ running: 'full' });
      expect(ofType(worker.link.told, 'answer').map(({ available }) => available)).toEqual([false]);
      expect(ofType(worker.link.told, 'report')).toEqual([report('full')]);
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
    title: 'reports once with each change, status, load and job ids together (F-73, F-75)',
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
    title: 'reports with each sample of its load and with each one that is missing (N-18)',
    run: (machine) => {
      const { link, load } = running(machine);

      load.say(sampled(0.35));
      load.say(sampled(0.35));
      load.say(missed);
      load.say(missed);
      load.say({ type: 'load.awaited' });

      expect(link.told).toEqual(Array(5).fill(report('available', [], 0.345)));
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
    title: 'tells its status when the server has read it, and not when it is only sent (F-73)',
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
      expect(ofType(emitted, 'status').map(({ status }) => status)).toEqual([
        'available',
        'full',
        'available',
      ]);

      linkIsLost(worker);
      expect(context().known).toBeUndefined();
    },
  },
  {
    title:
      'tells its status with the load that was measured, and with the one that was sent (F-73, N-17)',
    run: (machine) => {
      const { emitted, link, load } = running(machine);

      load.say(sampled(0.35));
      link.say({ type: 'link.reported', slot: 0, status: 'available' });
      load.say(sampled(0.7));
      link.say({ type: 'link.reported', slot: 0, status: 'full' });

      expect(emitted).toEqual([
        { type: 'status', status: 'available', load: 0.35, sentLoad: 0.345 },
        { type: 'status', status: 'full', load: 0.7, sentLoad: 0.69 },
      ]);
    },
  },
  {
    title: 'is full at its load threshold, and starts no warm process there (F-6, O-5)',
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
    title: 'is never full of load when its threshold is no limit (O-5)',
    run: (machine) => {
      const { load, pool, value } = running(machine, { loadThreshold: endless });

      load.say(sampled(1));

      expect(value()).toEqual({ running: 'available' });
      expect(pool.told).toEqual([]);
    },
  },
  {
    title:
      'keeps the last load for two samples that are missing, and warns once (O-4, N-18, R-C16)',
    run: (machine) => {
      const { context, emitted, load, value } = running(machine, { loadFnc });
      load.say(sampled(0.2));

      load.say(missed);
      load.say(missed);

      expect(value()).toEqual({ running: 'available' });
      expect(context().load).toBe(0.2);
      expect(emitted).toEqual([noSample]);
    },
  },
  {
    title: 'is full after three missing samples in a row, until there is one again (N-18, R-C16)',
    run: (machine) => {
      const { emitted, link, load, pool, value } = running(machine, { loadFnc });
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
    title: 'counts missing samples anew after a good one (R-C16)',
    run: (machine) => {
      const { emitted, load, value } = running(machine, { loadFnc });

      for (const fact of [missed, missed, sampled(0), missed, missed]) load.say(fact);

      expect(value()).toEqual({ running: 'available' });
      expect(emitted).toEqual([noSample, noSample]);
    },
  },
  {
    title: 'counts missing samples before it runs as well (R-C16)',
    run: (machine) => {
      const { emitted, link, load, pool, value } = prewarming(machine, { loadFnc });
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
    title: 'says each way in which its load fails once, until there is a good sample (N-18, R-C16)',
    run: (machine) => {
      const { emitted, load } = running(machine, { loadFnc });

      for (const fault of ['threw', 'late', 'late', 'threw', 'unusable'] as const)
        load.say(missedBy(fault));
      load.say(missedBy('unusable'));
      expect(emitted).toEqual([
        noSample,
        noSample,
        noLoad,
        warning('loadFnc failed: still no jobs are taken'),
      ]);

      load.say(sampled(0));
      load.say(missedBy('late'));
      load.say(missedBy('late'));
      expect(emitted.slice(4)).toEqual([noSample]);
    },
  },
  {
    title: 'does not say again of a load function that is always late that it is (R-C16)',
    run: (machine) => {
      const { context, emitted, load } = running(machine, { loadFnc });

      for (let count = 0; count < 3; count += 1) {
        load.say(missedBy('late'));
        load.say({ ...sampled(0.2), isLate: true });
      }
      expect([context().load, emitted]).toEqual([0.2, [noSample]]);

      load.say(sampled(0.2));
      load.say(missedBy('late'));
      expect(emitted).toEqual([noSample, noSample]);
    },
  },
  {
    title: 'names the CPUs where no loadFnc was given',
    run: (machine) => {
      const { emitted, load } = running(machine);

      for (let count = 0; count < 3; count += 1) load.say(missed);

      expect(emitted).toEqual([
        warning('measuring the CPUs failed: the last load stays'),
        warning('measuring the CPUs failed three times in a row: no jobs are taken until it works'),
      ]);
    },
  },
  {
    title:
      'has a load function that hangs asked again after each third report without it (N-18, R-C16)',
    run: (machine) => {
      const { load } = running(machine, { loadFnc });
      const asked = () => ofType(load.told, 'ask.again').length;

      const counts = Array.from({ length: 7 }, () => {
        load.say(missedBy('late'));
        return asked();
      });
      expect(counts).toEqual([0, 0, 1, 1, 1, 2, 2]);

      load.say(sampled(0));
      for (let count = 0; count < 3; count += 1) load.say(missedBy('threw'));
      expect(asked()).toBe(2);
    },
  },
  {
    title: 'takes a load above 1 for 1, and says so once until it is lower (O-4, N-18, R-C16)',
    run: (machine) => {
      const { context, emitted, load, value } = running(machine, { loadFnc });
      const excessive = (given: number) => ({
        type: 'warning',
        error: {
          code: 'ERR_LOAD_FNC',
          message: `loadFnc returned ${given}: what is above 1 counts as 1, and no jobs are taken at the threshold.`,
        },
      });

      load.say(sampled(5));
      expect([value(), context().load]).toEqual([{ running: 'full' }, 1]);
      load.say(sampled(35));
      expect([context().load, context().loadMisses]).toEqual([1, 0]);
      load.say(sampled(1));
      load.say(sampled(1.1));

      expect(emitted).toEqual([excessive(5), excessive(1.1)]);
    },
  },
  {
    title:
      'warns of a second in which it stood still, once a minute, and of no shorter time (R-F9, N-9)',
    run: (machine) => {
      const { emitted, load, link, value } = running(machine);
      const stalled = (stoodMs: number, at: number) =>
        load.say({ type: 'loop.stalled', stoodMs, at });
      const warning = (seconds: string) => ({
        type: 'warning',
        error: {
          code: 'ERR_STALLED',
          message: `This process stood still for ${seconds} s: it was stopped, or code that runs in it, such as requestFnc, loadFnc or a policy, blocked its event loop. Meanwhile no offer is answered.`,
        },
      });

      stalled(999, 1_000);
      expect(emitted).toEqual([]);
      stalled(1_000, 5_000);
      stalled(20_000, 26_000);
      stalled(9_000, 64_999);
      expect(emitted).toEqual([warning('1.0')]);
      stalled(4_960, 65_000);
      stalled(5_000, 124_999);

      expect(emitted).toEqual([warning('1.0'), warning('5.0')]);
      expect([value(), link.told]).toEqual([{ running: 'available' }, []]);
    },
  },
  {
    title: 'explains once why the server is told another load than a high one (F-74, D-27, N-17)',
    run: (machine) => {
      const { emitted, load, value } = running(machine, { loadThreshold: endless });

      load.say(sampled(0.69));
      expect(emitted).toEqual([]);
      for (const high of [0.7, 0.9, 0.1, 1]) load.say(sampled(high));

      expect(value()).toEqual({ running: 'available' });
      expect(emitted).toEqual([
        {
          type: 'warning',
          error: {
            code: 'ERR_HIGH_LOAD',
            message:
              "The load is 70 %, and LiveKit's server gives no jobs to a worker at 70 % or above. It is told 48 % instead, so that jobs still come. Set a loadThreshold to get fewer.",
          },
        },
      ]);
    },
  },
  {
    title: 'explains that before all its processes are warm, too, and not while it is full (F-74)',
    run: (machine) => {
      const warming = prewarming(machine, { loadThreshold: 0.8 });
      warming.load.say(sampled(0.75));
      expect(ofType(warming.emitted, 'warning')).toEqual([]);
      warming.pool.say({ type: 'pool.process', slot: 0, pid: 1, timings: {} });
      expect(ofType(warming.emitted, 'warning').map(({ error }) => error)).toEqual([
        {
          code: 'ERR_HIGH_LOAD',
          message:
            "The load is 75 %, and LiveKit's server gives no jobs to a worker at 70 % or above. It is told 65 % instead, so that jobs still come. They do until the loadThreshold of 80 %; lower that to get fewer.",
        },
      ]);

      const full = running(machine);
      full.load.say(sampled(0.9));
      expect(full.emitted).toEqual([]);
    },
  },
  {
    title: 'counts what is reserved as load: as much as its jobs cost on average (F-72)',
    run: (machine) => {
      const worker = running(machine);
      const { load, value } = worker;
      work(worker, 'job-1');
      work(worker, 'job-2');
      load.say(sampled(0.4));

      offer(worker, 'job-3');
      expect(value()).toEqual({ running: 'available' });
      expect(capacityOf(worker, 'req.0')).toMatchObject({ load: 0.4, reservedJobs: 0 });
      offer(worker, 'job-4');
      expect(value()).toEqual({ running: 'full' });
      expect(capacityOf(worker, 'req.1')).toMatchObject({ load: 0.6, reservedJobs: 1 });

      no(worker);
      expect(value()).toEqual({ running: 'available' });
    },
  },
  {
    title: 'counts a job as reserved until its load was measured (F-72)',
    run: (machine) => {
      const worker = running(machine);
      const { load, value } = worker;
      work(worker, 'job-1');
      load.say(sampled(0.4));

      work(worker, 'job-2');
      expect(value()).toEqual({ running: 'full' });
      load.say(missed);
      expect(value()).toEqual({ running: 'full' });

      load.say(sampled(0.5));
      expect(value()).toEqual({ running: 'available' });
    },
  },
  {
    title:
      'counts a job of which nothing is known as a fiftieth, and takes no more at once than that allows (F-72)',
    run: (machine) => {
      const worker = running(machine);
      for (let count = 0; count < 34; count += 1) offer(worker, `job-${count}`);
      expect(worker.value()).toEqual({ running: 'available' });

      offer(worker, 'job-34');

      expect(worker.value()).toEqual({ running: 'full' });
      expect(ofType(worker.link.told, 'report').at(-1)).toEqual(report('full'));
    },
  },
  {
    title: 'starts no warm process while what is reserved fills it (F-72)',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');
      worker.load.say(sampled(0.4));
      const targets = () => ofType(worker.pool.told, 'target.set').map(({ idle }) => idle);
      expect(targets()).toEqual([1]);

      offer(worker, 'job-2');
      no(worker);

      expect(targets()).toEqual([1, 0, 1]);
    },
  },
  {
    title: 'starts no warm process above its threshold, degraded or not',
    run: (machine) => {
      const { load, pool } = running(machine);
      pool.say({ type: 'pool.degraded', error: failure });

      load.say(sampled(0.9));
      load.say(sampled(0.95));
      load.say(sampled(0));

      expect(pool.told).toEqual([
        { type: 'target.set', idle: 0 },
        { type: 'target.set', idle: 2 },
      ]);
    },
  },
  {
    title: 'accepts exactly as many of the offers of one tick as it has places (N-6)',
    run: (machine) => {
      const worker = running(machine, { maxJobs: 3 });
      const ids = Array.from({ length: 8 }, (_, index) => `job-${index}`);

      for (const jobId of ids) {
        offer(worker, jobId);
        if (
          worker.handler.live.length >
          ofType(worker.link.told, 'answer').filter(({ available }) => available).length
        )
          yes(worker, jobId);
      }

      const answers = ofType(worker.link.told, 'answer');
      expect(answers.map(({ jobId, available }) => [jobId, available])).toEqual(
        ids.map((jobId, index) => [jobId, index < 3]),
      );
      expect(worker.value()).toEqual({ running: 'full' });
    },
  },
  {
    title: 'refuses every offer while its load is at the threshold (F-48, D-5)',
    run: (machine) => {
      const worker = running(machine);
      worker.load.say(sampled(0.95));

      offer(worker, 'job-1');

      expect(ofType(worker.link.told, 'answer').map(({ available }) => available)).toEqual([false]);
      expect(worker.handler.inputs).toEqual([]);
    },
  },
  {
    title: 'remembers when the last 256 offers were accepted, and none that it refused',
    run: (machine) => {
      const worker = running(machine, { loadThreshold: endless });
      offer(worker, 'refused');
      no(worker);
      for (let at = 1; at <= 258; at += 1) {
        const jobId = `job-${at}`;
        offer(worker, jobId);
        worker.handler.say({
          type: 'handler.accepted',
          call: 1,
          elapsedMs: 5,
          at,
          participation: as('agent'),
        });
        worker.link.say({ type: 'link.answered', slot: 0, jobId });
        worker.advance(7_500);
      }

      expect(worker.context().acceptedAt).toEqual(Array.from({ length: 256 }, (_, n) => n + 3));
    },
  },
  {
    title:
      'is full and not ready while its pool is degraded, and its jobs go on (N-1, R-C12, R-E1)',
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
    title: 'tells policies how much is going on here, without the offer itself (F-72)',
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
        openOffers: 1,
        jobsInRoom: 2,
        acceptedAt: [1_700_000_000_000, 1_700_000_000_000],
        maxJobs: 9,
        load: 0.41,
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
