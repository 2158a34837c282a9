import { expect } from 'vitest';
import { failure, launchOf } from '../support/samples.js';
import {
  accept,
  answer,
  assign,
  butReports,
  ended,
  exit,
  failed,
  finish,
  launch,
  linkCloses,
  linkIsLost,
  offer,
  ofType,
  running,
  settings,
  started,
  status,
  terminate,
  type Worker,
  type WorkerBehaviour,
  work,
  yes,
} from './worker.subject.js';

const unexpected = 'The assignment was late, or for an offer that this worker did not accept.';
const died = failed('the process died');

const launches = ({ pool }: Worker) => ofType(pool.told, 'launch').map((it) => it.launch.jobId);
const statuses = ({ link }: Worker) => ofType(link.told, 'status');
const removals = ({ removal }: Worker) => removal.live.map(({ id }) => id);

/** What a worker promises about assignments, jobs and their ends. */
export const behaviours: readonly WorkerBehaviour[] = [
  {
    title: 'launches an accepted job with its token when it is assigned (F-64)',
    run: (machine) => {
      const worker = running(machine);
      accept(worker, 'job-1');

      assign(worker, 'job-1');

      expect(worker.pool.told).toEqual([{ type: 'launch', launch: launchOf('job-1') }]);
      expect(worker.handler.told).toEqual([
        { type: 'confirm', stage: 'answered' },
        { type: 'confirm', stage: 'assigned' },
      ]);
      expect(statuses(worker)).toEqual([]);
    },
  },
  {
    title: 'launches a job whose assignment is faster than the word that its answer left',
    run: (machine) => {
      const worker = running(machine);
      offer(worker, 'job-1');
      yes(worker, 'job-1');

      assign(worker, 'job-1');

      expect(launches(worker)).toEqual(['job-1']);
    },
  },
  {
    title: 'starts a job once, however often it is assigned (N-22, R-C8)',
    run: (machine) => {
      const worker = running(machine);
      accept(worker, 'job-1');

      assign(worker, 'job-1');
      assign(worker, 'job-1');
      started(worker, 'job-1');
      assign(worker, 'job-1');
      finish(worker, 'job-1');
      assign(worker, 'job-1');
      exit(worker, 'job-1');
      assign(worker, 'job-1');

      expect(launches(worker)).toEqual(['job-1']);
      expect(statuses(worker)).toEqual([status('job-1', 'running'), status('job-1', 'success')]);
    },
  },
  {
    title: 'reports an assignment that nobody asked for as failed, once, and starts nothing (R-C9)',
    run: (machine) => {
      const worker = running(machine);

      assign(worker, 'job-1');
      assign(worker, 'job-1');

      expect(launches(worker)).toEqual([]);
      expect(worker.link.told).toEqual([status('job-1', 'failed', unexpected)]);
      expect(worker.emitted).toEqual([ended('job-1', unexpected, 'ERR_LAUNCH_FAILED')]);
    },
  },
  {
    title:
      'reports an assignment that came too late as failed, and starts nothing (F-51, N-4, R-C7)',
    run: (machine) => {
      const worker = running(machine);
      accept(worker, 'job-1');
      worker.advance(7_500);
      worker.emitted.splice(0);

      assign(worker, 'job-1');

      expect(launches(worker)).toEqual([]);
      expect(butReports(worker.link.told)).toEqual([
        answer('job-1', true),
        status('job-1', 'failed', unexpected),
      ]);
      expect(worker.emitted).toEqual([ended('job-1', unexpected, 'ERR_LAUNCH_FAILED')]);
    },
  },
  {
    title: 'never starts a job that it reported failed, even if it is accepted afterwards',
    run: (machine) => {
      const worker = running(machine);
      offer(worker, 'job-1');
      assign(worker, 'job-1');
      yes(worker, 'job-1');

      assign(worker, 'job-1');

      expect(launches(worker)).toEqual([]);
      expect(statuses(worker)).toEqual([status('job-1', 'failed', unexpected)]);
    },
  },
  {
    title:
      'frees the place of a job that the server does not assign in time (F-50, D-2, N-4, R-C6)',
    run: (machine) => {
      const worker = running(machine, { assignmentTimeout: 5_000 });
      accept(worker, 'job-1');
      worker.advance(4_999);
      expect(worker.context().requests.length).toBe(1);

      worker.advance(1);

      expect(worker.context().requests).toEqual([]);
      expect(worker.emitted.slice(2)).toEqual([
        {
          type: 'job.expired',
          jobId: 'job-1',
          reason: 'the server sent no assignment in time',
        },
      ]);
      expect(worker.timers()).toEqual([]);
    },
  },
  {
    title: 'tells the server that a job runs once its process acknowledged it (F-62, D-3)',
    run: (machine) => {
      const worker = running(machine);
      launch(worker, 'job-1');
      worker.emitted.splice(0);

      started(worker, 'job-1');

      expect(statuses(worker)).toEqual([status('job-1', 'running')]);
      expect(worker.emitted).toEqual([{ type: 'job.started', jobId: 'job-1', pid: 4711 }]);
      expect(ofType(worker.handler.told, 'confirm').slice(2)).toEqual([
        { type: 'confirm', stage: 'launched' },
      ]);
      expect(worker.context().requests).toEqual([]);
      expect(worker.context().jobs).toEqual([
        {
          jobId: 'job-1',
          link: 0,
          room: 'lobby',
          identity: 'agent-job-1',
          url: 'ws://room.test',
          phase: 'running',
          isMeasured: false,
        },
      ]);
      expect(worker.timers()).toEqual([]);
    },
  },
  {
    title: 'reports what a job says of its end before its process is gone (F-62, N-2)',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'good');
      work(worker, 'bad');
      worker.emitted.splice(0);

      finish(worker, 'good');
      finish(worker, 'bad', failed('no voice'));
      exit(worker, 'good');
      exit(worker, 'bad', failed('no voice'));

      expect(statuses(worker).slice(2)).toEqual([
        status('good', 'success'),
        status('bad', 'failed', 'no voice'),
      ]);
      expect(worker.emitted).toEqual([ended('good'), ended('bad', 'no voice')]);
      expect(worker.context().jobs).toEqual([]);
      expect(removals(worker)).toEqual([]);
    },
  },
  {
    title: 'keeps the first word about the end of a job (N-2)',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');

      finish(worker, 'job-1');
      exit(worker, 'job-1', died, true);

      expect(statuses(worker)).toEqual([status('job-1', 'running'), status('job-1', 'success')]);
    },
  },
  {
    title: 'lets a job leave its room when the server has its status',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');
      finish(worker, 'job-1');
      worker.pool.told.splice(0);

      worker.link.say({ type: 'link.delivered', slot: 0, jobId: 'job-1' });
      exit(worker, 'job-1');
      worker.link.say({ type: 'link.delivered', slot: 0, jobId: 'job-1' });

      expect(worker.pool.told).toEqual([{ type: 'outcome.delivered', jobId: 'job-1' }]);
    },
  },
  {
    title: 'reports a job whose process died as failed and removes its participant (R-D5)',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');
      worker.emitted.splice(0);

      exit(worker, 'job-1', died, true);

      expect(statuses(worker).slice(1)).toEqual([status('job-1', 'failed', 'the process died')]);
      expect(worker.emitted).toEqual([ended('job-1', 'the process died')]);
      expect(worker.removal.inputs).toEqual([
        {
          url: 'ws://server.test',
          credentials: settings.credentials,
          options: {},
          room: 'lobby',
          identity: 'agent-job-1',
        },
      ]);
      expect(worker.context().jobs).toEqual([]);
    },
  },
  {
    title: 'forgets a removal that is done, and uses its slot again',
    run: (machine) => {
      const worker = running(machine);
      for (const jobId of ['a', 'b', 'c']) work(worker, jobId);
      exit(worker, 'a', died, true);
      exit(worker, 'b', died, true);
      expect(removals(worker)).toEqual(['remove.0', 'remove.1']);

      worker.removal.at('remove.0').done();
      exit(worker, 'c', died, true);

      expect(worker.context().removals).toEqual([{ slot: 1 }, { slot: 0 }]);
      expect(removals(worker)).toEqual(['remove.1', 'remove.0']);
    },
  },
  {
    title: 'warns when a participant could not be removed',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');
      exit(worker, 'job-1', died, true);
      worker.emitted.splice(0);

      worker.removal.fail(new Error('the server answered 503'));

      expect(worker.emitted).toEqual([
        {
          type: 'warning',
          error: {
            code: 'ERR_REMOVE_PARTICIPANT',
            message:
              'The participant of a dead process could not be removed: the server answered 503',
          },
        },
      ]);
      expect(worker.context().removals).toEqual([]);
      expect(worker.children()).toEqual(['http', 'link.0', 'load', 'pool']);
    },
  },
  {
    title: 'removes nobody from a simulated room',
    run: (machine) => {
      const worker = running(machine);
      accept(worker, 'job-1');
      assign(worker, 'job-1', 'simulated:room');
      started(worker, 'job-1');

      exit(worker, 'job-1', died, true);

      expect(removals(worker)).toEqual([]);
      expect(statuses(worker).slice(1)).toEqual([status('job-1', 'failed', 'the process died')]);
    },
  },
  {
    title: 'removes nobody when it is told not to',
    run: (machine) => {
      const worker = running(machine, { removeDeadParticipant: false });
      work(worker, 'job-1');

      exit(worker, 'job-1', died, true);

      expect(removals(worker)).toEqual([]);
    },
  },
  {
    title: 'reports a job that no process could start as failed, and the pool forgets it (F-53)',
    run: (machine) => {
      const worker = running(machine);
      launch(worker, 'job-1');
      worker.emitted.splice(0);
      worker.pool.told.splice(0);

      worker.pool.say({ type: 'job.unstartable', jobId: 'job-1', error: failure });

      expect(statuses(worker)).toEqual([status('job-1', 'failed', failure.message)]);
      expect(worker.emitted).toEqual([ended('job-1', failure.message, 'ERR_LAUNCH_FAILED')]);
      expect(worker.pool.told).toEqual([
        { type: 'launch.cancel', jobId: 'job-1', reason: failure.message },
      ]);
      expect(worker.context().requests).toEqual([]);
    },
  },
  {
    title: 'gives up a launch that takes longer than a cold start and three tries',
    run: (machine) => {
      const worker = running(machine);
      launch(worker, 'job-1');
      worker.advance(15_999);
      expect(statuses(worker)).toEqual([]);

      worker.advance(1);
      started(worker, 'job-1');
      finish(worker, 'job-1');

      expect(statuses(worker)).toEqual([
        status('job-1', 'failed', 'no process could start the job in time'),
      ]);
      expect(ofType(worker.pool.told, 'launch.cancel').length).toBe(1);
    },
  },
  {
    title: 'refuses an offer that the server takes back before it is decided (R-C11)',
    run: (machine) => {
      const worker = running(machine);
      offer(worker, 'job-1');

      terminate(worker, 'job-1');

      expect(butReports(worker.link.told)).toEqual([answer('job-1', false)]);
      expect(worker.emitted.slice(1)).toEqual([
        { type: 'job.rejected', jobId: 'job-1', reason: 'ended by the server' },
      ]);
    },
  },
  {
    title: 'gives up an accepted job that the server takes back (R-C11)',
    run: (machine) => {
      const worker = running(machine);
      offer(worker, 'accepting');
      yes(worker, 'accepting');
      accept(worker, 'accepted');
      worker.emitted.splice(0);

      terminate(worker, 'accepting');
      terminate(worker, 'accepted');

      expect(worker.emitted).toEqual([
        { type: 'job.expired', jobId: 'accepting', reason: 'ended by the server' },
        { type: 'job.expired', jobId: 'accepted', reason: 'ended by the server' },
      ]);
      expect(statuses(worker)).toEqual([]);
      expect(worker.pool.told).toEqual([]);
    },
  },
  {
    title: 'reports an assigned job that the server takes back before it started as failed (R-C11)',
    run: (machine) => {
      const worker = running(machine);
      launch(worker, 'job-1');

      terminate(worker, 'job-1');

      expect(statuses(worker)).toEqual([status('job-1', 'failed', 'ended by the server')]);
      expect(worker.pool.told.slice(1)).toEqual([
        { type: 'launch.cancel', jobId: 'job-1', reason: 'ended by the server' },
      ]);
    },
  },
  ...[
    { entrypointGraceTimeout: 3_000, graceMs: 1_500 },
    { entrypointGraceTimeout: 200, graceMs: 200 },
    { entrypointGraceTimeout: Number.POSITIVE_INFINITY, graceMs: 1_500 },
  ].map(
    ({ entrypointGraceTimeout, graceMs }): WorkerBehaviour => ({
      title: `ends a running job that the server takes back, with ${graceMs} of ${entrypointGraceTimeout} ms for it (F-63, R-C11)`,
      run: (machine) => {
        const worker = running(machine, { entrypointGraceTimeout });
        work(worker, 'job-1');
        worker.pool.told.splice(0);

        terminate(worker, 'job-1');
        finish(worker, 'job-1');
        exit(worker, 'job-1');
        terminate(worker, 'job-1');

        expect(worker.pool.told).toEqual([
          { type: 'job.shutdown', jobId: 'job-1', reason: 'terminated by the server', graceMs },
        ]);
        expect(statuses(worker)).toEqual([status('job-1', 'running'), status('job-1', 'success')]);
      },
    }),
  ),
  {
    title: 'knows nothing of a job that the server takes back and that it never had (R-C10)',
    run: (machine) => {
      const worker = running(machine);

      terminate(worker, 'job-1');

      expect([worker.link.told, worker.pool.told, worker.emitted]).toEqual([[], [], []]);
    },
  },
  {
    title: 'lets jobs run while the link is lost, and tells their ends to it (F-33)',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');
      worker.emitted.splice(0);

      linkIsLost(worker);
      finish(worker, 'job-1');

      expect(worker.value()).toEqual({ running: 'available' });
      expect(statuses(worker).slice(1)).toEqual([status('job-1', 'success')]);
      expect(worker.emitted).toEqual([
        { type: 'disconnected', error: failure, retryMs: 500 },
        ended('job-1'),
      ]);
    },
  },
  {
    title: 'goes on with its jobs when no link is left that could be told',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');
      launch(worker, 'job-2');
      launch(worker, 'job-3');
      worker.emitted.splice(0);
      linkCloses(worker);

      started(worker, 'job-2');
      worker.pool.say({ type: 'job.unstartable', jobId: 'job-3', error: failure });
      finish(worker, 'job-1');

      expect(worker.status()).toBe('active');
      expect(worker.emitted).toEqual([
        { type: 'job.started', jobId: 'job-2', pid: 4711 },
        ended('job-3', failure.message, 'ERR_LAUNCH_FAILED'),
        ended('job-1'),
      ]);
    },
  },
  {
    title: 'knows nothing of jobs that it does not have',
    run: (machine) => {
      const worker = running(machine);

      started(worker, 'job-1');
      finish(worker, 'job-1');
      exit(worker, 'job-1', died, true);
      worker.pool.say({ type: 'job.unstartable', jobId: 'job-1', error: failure });

      expect([worker.link.told, worker.emitted, worker.removal.inputs]).toEqual([[], [], []]);
    },
  },
  {
    title: 'remembers a bounded number of ended jobs (N-32)',
    run: (machine) => {
      const worker = running(machine);

      for (let n = 0; n < 1_001; n += 1) assign(worker, `job-${n}`);

      expect(worker.context().ended.length).toBe(1_000);
      expect(worker.context().ended.at(-1)).toBe('job-1000');
    },
  },
];
