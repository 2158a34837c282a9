import { expect } from 'vitest';
import type { Output } from '../../src/machines/worker.types.js';
import { failure } from '../support/samples.js';
import {
  accept,
  answer,
  assign,
  butReports,
  create,
  ended,
  exit,
  failed,
  finish,
  launch,
  linkCloses,
  linkIsLost,
  offer,
  ofType,
  poolCloses,
  prewarming,
  registered,
  report,
  running,
  server,
  started,
  status,
  type Worker,
  type WorkerBehaviour,
  work,
  yes,
} from './worker.subject.js';

const died = failed('the process died');
const stopped = { type: 'stopped' };
const shutdown = { type: 'shutdown', reason: 'the worker is stopping' };
const kill = { type: 'kill' };
const drained: Output = { outcome: 'drained', jobsCut: 0, failure: undefined };
const endless = Number.POSITIVE_INFINITY;

const draining = (deadline: number, jobs: readonly string[] = []) => ({
  type: 'draining',
  deadline,
  jobs,
});
const undelivered = (jobs: string, jobIds: readonly string[]) => ({
  type: 'warning',
  error: {
    code: 'ERR_STATUS_UNDELIVERED',
    message: `The server may not know how ${jobs} ended: the worker left before that was confirmed.`,
  },
  jobIds,
});
const drain = ({ send }: Worker) => send({ type: 'drain' });
const stop = ({ send }: Worker) => send({ type: 'stop' });
const halt = ({ send }: Worker) => send({ type: 'halt' });
const forget = ({ emitted, link, pool }: Worker) => {
  for (const log of [emitted, link.told, pool.told]) log.splice(0);
};
const statuses = ({ link }: Worker) => ofType(link.told, 'status');

/** What a worker promises about its end: drain, stop, halt, and goodbye. */
export const behaviours: readonly WorkerBehaviour[] = [
  {
    title:
      'tells the server that it is FULL before anything else when it drains (F-47, N-41, R-F2)',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');
      offer(worker, 'job-2');
      forget(worker);

      drain(worker);

      expect(worker.value()).toBe('draining');
      expect(worker.has('draining')).toBe(true);
      expect([worker.has('available'), worker.has('ready')]).toEqual([false, false]);
      expect(worker.link.told).toEqual([report('full', ['job-1']), answer('job-2', false)]);
      expect(worker.emitted).toEqual([
        draining(60_000, ['job-1']),
        { type: 'job.rejected', jobId: 'job-2', reason: 'the worker is draining' },
      ]);
    },
  },
  {
    title: 'drains from prewarming, too (R-F5)',
    run: (machine) => {
      const worker = prewarming(machine);

      drain(worker);
      expect(worker.pool.told).toEqual([{ type: 'drain', keep: 0 }]);
      poolCloses(worker);
      linkCloses(worker);

      expect(worker.value()).toBe('stopped');
      expect(worker.output()).toEqual(drained);
    },
  },
  {
    title: 'takes no offer while it drains, and answers it (F-47, R-C12)',
    run: (machine) => {
      const worker = running(machine);
      drain(worker);
      forget(worker);

      offer(worker, 'job-1');

      expect(worker.link.told).toEqual([answer('job-1', false)]);
    },
  },
  {
    title: 'opens no link when it drains before it listens',
    run: (machine) => {
      const worker = create(machine);
      worker.send({ type: 'start' });
      drain(worker);

      worker.http.say({ type: 'http.listening', host: '127.0.0.1', port: 8081 });
      expect(worker.link.instances).toEqual([]);

      poolCloses(worker);
      expect(worker.value()).toBe('stopped');
    },
  },
  {
    title:
      'lets an accepted job start while it drains, and keeps a warm process for it till then (F-139, R-F5)',
    run: (machine) => {
      const worker = running(machine);
      accept(worker, 'job-1');
      forget(worker);

      drain(worker);
      expect(worker.pool.told).toEqual([{ type: 'drain', keep: 1 }]);
      assign(worker, 'job-1');
      started(worker, 'job-1');

      expect(worker.pool.told.map(({ type }) => type)).toEqual([
        'drain',
        'launch',
        'drain',
        'drain',
      ]);
      expect(worker.pool.told.at(-1)).toEqual({ type: 'drain', keep: 0 });
      expect(statuses(worker)).toEqual([status('job-1', 'running')]);
      expect(worker.value()).toBe('draining');
    },
  },
  {
    title: 'frees the process that it kept for a job which never came (F-139)',
    run: (machine) => {
      const worker = running(machine);
      accept(worker, 'job-1');
      drain(worker);
      forget(worker);

      worker.advance(7_500);

      expect(worker.pool.told).toEqual([{ type: 'drain', keep: 0 }]);
    },
  },
  {
    title:
      'lets its jobs end by themselves, and is stopped when its pool and its link are (F-138, O-22, N-3, R-F2)',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');
      drain(worker);
      worker.advance(59_999);
      expect(worker.value()).toBe('draining');
      forget(worker);

      finish(worker, 'job-1');
      exit(worker, 'job-1');
      expect(worker.value()).toBe('draining');
      poolCloses(worker);
      expect(worker.value()).toEqual({ stopping: 'leaving' });
      linkCloses(worker);

      expect(worker.value()).toBe('stopped');
      expect(worker.output()).toEqual(drained);
      expect(worker.link.told).toEqual([
        status('job-1', 'success'),
        report('full'),
        { type: 'close' },
      ]);
      expect(worker.pool.told).toEqual([
        { type: 'drain', keep: 0 },
        { type: 'drain', keep: 0 },
      ]);
      expect(worker.emitted).toEqual([ended('job-1'), stopped]);
    },
  },
  {
    title: 'leaves no child and no timer behind',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');
      drain(worker);
      exit(worker, 'job-1');
      poolCloses(worker);
      linkCloses(worker);

      expect(worker.status()).toBe('done');
      expect(worker.children()).toEqual([]);
      expect([worker.http, worker.load].map(({ live }) => live)).toEqual([[], []]);
      expect(worker.timers()).toEqual([]);
    },
  },
  {
    title: 'shuts its jobs down when they outlast the drain limit (O-22, R-F3)',
    run: (machine) => {
      const worker = running(machine, { drainTimeout: 5_000 });
      work(worker, 'job-1');
      work(worker, 'job-2');
      drain(worker);
      forget(worker);

      worker.advance(5_000);
      expect(worker.value()).toEqual({ stopping: 'ending' });
      expect(worker.pool.told).toEqual([shutdown]);
      finish(worker, 'job-1');
      exit(worker, 'job-1');
      exit(worker, 'job-2', died);
      poolCloses(worker);
      linkCloses(worker);

      expect(worker.value()).toBe('stopped');
      expect(worker.output()).toEqual({ outcome: 'cut', jobsCut: 2, failure: undefined });
      expect(statuses(worker)).toEqual([
        status('job-1', 'success'),
        status('job-2', 'failed', 'the process died'),
      ]);
    },
  },
  {
    title: 'counts no job as cut when the drain limit passes without one',
    run: (machine) => {
      const worker = running(machine, { drainTimeout: 5_000 });
      drain(worker);
      worker.advance(5_000);
      poolCloses(worker);
      linkCloses(worker);

      expect(worker.output()).toEqual(drained);
    },
  },
  {
    title: 'shuts its jobs down at once when the drain limit is 0',
    run: (machine) => {
      const worker = running(machine, { drainTimeout: 0 });
      work(worker, 'job-1');
      forget(worker);

      drain(worker);
      expect(worker.emitted[0]).toEqual(draining(0, ['job-1']));
      worker.advance(0);

      expect(worker.value()).toEqual({ stopping: 'ending' });
      expect(worker.pool.told).toEqual([{ type: 'drain', keep: 0 }, shutdown]);
    },
  },
  {
    title: 'waits for its jobs as long as they want when the drain is not limited (O-22)',
    run: (machine) => {
      const worker = running(machine, { drainTimeout: endless });
      work(worker, 'job-1');
      drain(worker);

      worker.advance(1e9);

      expect(worker.value()).toBe('draining');
      expect(worker.timers()).toEqual([]);
    },
  },
  {
    title: 'does not start its drain anew when asked a second time (R-F18)',
    run: (machine) => {
      const worker = running(machine, { drainTimeout: 5_000 });
      work(worker, 'job-1');
      drain(worker);
      worker.advance(4_000);
      forget(worker);

      drain(worker);
      expect(worker.emitted).toEqual([]);
      worker.advance(1_000);
      drain(worker);

      expect(worker.value()).toEqual({ stopping: 'ending' });
      expect(worker.emitted).toEqual([]);
    },
  },
  {
    title: 'shuts its jobs down and gives up what has not started when it is stopped',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'running');
      offer(worker, 'open');
      accept(worker, 'accepted');
      launch(worker, 'assigned');
      forget(worker);

      stop(worker);

      const reason = 'the worker stopped before the job started';
      expect(worker.value()).toEqual({ stopping: 'ending' });
      expect(worker.has('draining')).toBe(true);
      expect(worker.link.told).toEqual([
        report('full', ['running']),
        answer('open', false),
        status('assigned', 'failed', reason),
      ]);
      expect(worker.pool.told).toEqual([
        shutdown,
        { type: 'launch.cancel', jobId: 'assigned', reason },
      ]);
      expect(worker.emitted).toEqual([
        { type: 'job.rejected', jobId: 'open', reason: 'the worker is stopping' },
        { type: 'job.expired', jobId: 'accepted', reason: 'the worker is stopping' },
        ended('assigned', reason, 'ERR_LAUNCH_FAILED'),
      ]);
      expect(worker.context().requests).toEqual([]);
    },
  },
  {
    title: 'counts jobs that run or were assigned as cut, and waits for their processes',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'running');
      launch(worker, 'assigned');
      accept(worker, 'accepted');
      work(worker, 'over');
      finish(worker, 'over');

      stop(worker);
      worker.advance(1e6);
      expect(worker.value()).toEqual({ stopping: 'ending' });
      poolCloses(worker);
      linkCloses(worker);

      expect(worker.output()).toEqual({ outcome: 'cut', jobsCut: 2, failure: undefined });
    },
  },
  {
    title: 'is drained, not cut, when it is stopped without a job',
    run: (machine) => {
      const worker = running(machine);

      stop(worker);
      poolCloses(worker);
      linkCloses(worker);

      expect(worker.output()).toEqual(drained);
    },
  },
  {
    title: 'stops a drain that takes too long for whoever waits',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');
      drain(worker);
      forget(worker);

      stop(worker);

      expect(worker.value()).toEqual({ stopping: 'ending' });
      expect(worker.pool.told).toEqual([shutdown]);
      expect(worker.timers()).toEqual([]);
    },
  },
  {
    title: 'stops once, whatever it is asked afterwards (R-F18)',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');
      stop(worker);
      forget(worker);

      stop(worker);
      drain(worker);

      expect(worker.value()).toEqual({ stopping: 'ending' });
      expect([worker.pool.told, worker.link.told, worker.emitted]).toEqual([[], [], []]);
    },
  },
  {
    title: 'refuses an offer that comes while it stops (R-C12)',
    run: (machine) => {
      const worker = running(machine);
      stop(worker);
      forget(worker);

      offer(worker, 'job-1');

      expect(worker.link.told).toEqual([answer('job-1', false)]);
    },
  },
  {
    title: 'opens no link when it is stopped before it listens',
    run: (machine) => {
      const worker = create(machine);
      worker.send({ type: 'start' });
      stop(worker);

      worker.http.say({ type: 'http.listening', host: '127.0.0.1', port: 8081 });

      expect(worker.link.instances).toEqual([]);
    },
  },
  {
    title: 'kills every process at once when it is halted (R-F4)',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');
      forget(worker);

      halt(worker);
      expect(worker.value()).toEqual({ stopping: 'killing' });
      expect(worker.pool.told).toEqual([kill]);
      exit(worker, 'job-1', died);
      poolCloses(worker);
      linkCloses(worker);

      expect(worker.value()).toBe('stopped');
      expect(worker.output()).toEqual({ outcome: 'halted', jobsCut: 1, failure: undefined });
      expect(statuses(worker)).toEqual([status('job-1', 'failed', 'the process died')]);
    },
  },
  {
    title:
      'kills the processes that it is shutting down when it is halted, and remembers all it cut',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');
      work(worker, 'job-2');
      stop(worker);
      exit(worker, 'job-1');
      worker.pool.told.splice(0);

      halt(worker);
      expect(worker.value()).toEqual({ stopping: 'killing' });
      halt(worker);
      expect(worker.pool.told).toEqual([kill]);
      exit(worker, 'job-2', died);
      poolCloses(worker);
      linkCloses(worker);

      expect(worker.output()).toEqual({ outcome: 'halted', jobsCut: 2, failure: undefined });
    },
  },
  {
    title: 'is halted out of a drain',
    run: (machine) => {
      const worker = running(machine);
      drain(worker);

      halt(worker);
      poolCloses(worker);
      linkCloses(worker);

      expect(worker.output()).toEqual({ outcome: 'halted', jobsCut: 0, failure: undefined });
    },
  },
  {
    title: 'says goodbye once, whatever it is asked meanwhile',
    run: (machine) => {
      const worker = running(machine);
      drain(worker);
      poolCloses(worker);
      forget(worker);

      halt(worker);
      stop(worker);
      drain(worker);

      expect(worker.value()).toEqual({ stopping: 'leaving' });
      expect([worker.pool.told, worker.link.told]).toEqual([[], []]);
    },
  },
  {
    title: 'waits for its goodbye no longer than three seconds',
    run: (machine) => {
      const worker = running(machine);
      drain(worker);
      poolCloses(worker);
      worker.advance(2_999);
      expect(worker.value()).toEqual({ stopping: 'leaving' });

      worker.advance(1);

      expect(worker.value()).toBe('stopped');
      expect(worker.output()).toEqual(drained);
      expect(worker.emitted.at(-1)).toEqual(stopped);
      expect([worker.children(), worker.link.live]).toEqual([[], []]);
    },
  },
  {
    title: 'waits five seconds for statuses to arrive, then warns whose did not, and is drained',
    run: (machine) => {
      const worker = running(machine);
      for (const jobId of ['job-1', 'job-2', 'job-3']) work(worker, jobId);
      drain(worker);
      linkIsLost(worker);
      for (const jobId of ['job-1', 'job-2', 'job-3']) exit(worker, jobId);
      worker.link.say({ type: 'link.delivered', slot: 0, jobId: 'job-2' });
      poolCloses(worker);
      worker.emitted.splice(0);
      worker.advance(4_999);
      expect([worker.value(), worker.emitted]).toEqual([{ stopping: 'leaving' }, []]);

      worker.advance(1);

      expect(worker.emitted).toEqual([undelivered('2 jobs', ['job-1', 'job-3']), stopped]);
      expect(worker.output()).toEqual(drained);
    },
  },
  {
    title: 'warns of a job whose end nobody could be told, since the link had failed before',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');
      worker.link.say({ type: 'link.failed', slot: 0, error: failure });
      worker.link.done({ slot: 0, failure, undelivered: 0 });
      exit(worker, 'job-1');
      worker.emitted.splice(0);

      poolCloses(worker);

      expect(worker.emitted).toEqual([undelivered('a job', ['job-1']), stopped]);
      expect(worker.value()).toBe('failed');
    },
  },
  {
    title: 'says goodbye again to a server that comes back for the last statuses',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');
      drain(worker);
      linkIsLost(worker);
      exit(worker, 'job-1');
      poolCloses(worker);
      forget(worker);

      worker.link.say({ ...registered, workerId: 'AW_2' });

      expect(worker.link.told).toEqual([{ type: 'close' }]);
      expect(worker.emitted).toEqual([{ type: 'registered', workerId: 'AW_2', server }]);
    },
  },
  {
    title: 'tells jobs to leave their rooms while it drains and while it stops',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');
      work(worker, 'job-2');
      drain(worker);
      finish(worker, 'job-1');
      worker.link.say({ type: 'link.delivered', slot: 0, jobId: 'job-1' });
      stop(worker);
      finish(worker, 'job-2');
      worker.link.say({ type: 'link.delivered', slot: 0, jobId: 'job-2' });

      expect(ofType(worker.pool.told, 'outcome.delivered')).toEqual([
        { type: 'outcome.delivered', jobId: 'job-1' },
        { type: 'outcome.delivered', jobId: 'job-2' },
      ]);
    },
  },
  {
    title: 'ends only when the participants of dead processes are removed',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');
      halt(worker);
      exit(worker, 'job-1', died, true);
      poolCloses(worker);

      linkCloses(worker);
      expect(worker.value()).toEqual({ stopping: 'leaving' });
      worker.removal.done();

      expect(worker.value()).toBe('stopped');
    },
  },
  {
    title: 'reports nothing but FULL on its way out',
    run: (machine) => {
      const worker = running(machine);
      drain(worker);
      worker.load.say({ type: 'load.sampled', load: 0 });
      stop(worker);
      worker.load.say({ type: 'load.sampled', load: 0 });

      expect(worker.link.told).toEqual([report('full'), report('full'), report('full')]);
    },
  },
  {
    title: 'answers an assignment that comes while it stops with a failure',
    run: (machine) => {
      const worker = running(machine);
      offer(worker, 'job-1');
      yes(worker, 'job-1');
      stop(worker);
      forget(worker);

      assign(worker, 'job-1');

      expect(butReports(worker.link.told)).toEqual([
        status(
          'job-1',
          'failed',
          'The assignment was late, or for an offer that this worker did not accept.',
        ),
      ]);
      expect(worker.pool.told).toEqual([]);
    },
  },
];
