import { expect } from 'vitest';
import { jobRequestMachine } from '../../src/machines/job-request.machine.js';
import type {
  Output as RequestEnded,
  Event as RequestEvent,
  Input as RequestInput,
  Emitted as RequestTold,
} from '../../src/machines/job-request.types.js';
import type { RequestLogic } from '../../src/machines/worker.offers.js';
import { fakeChild } from '../support/fake-ports.js';
import { failure, launchOf, offerOf } from '../support/samples.js';
import {
  accept,
  answer,
  as,
  butReports,
  exit,
  finish,
  launch,
  linkIsLost,
  type Machine,
  no,
  offer,
  ofType,
  prewarming,
  running,
  started,
  status,
  type Worker,
  type WorkerBehaviour,
  work,
  yes,
} from './worker.subject.js';

const offered = (jobId: string) => ({ type: 'job.offered', jobId, agentName: '' });
const rejected = (jobId: string, reason: string) => ({ type: 'job.rejected', jobId, reason });
const expired = (jobId: string, reason: string) => ({ type: 'job.expired', jobId, reason });
const already = 'this job is, or was, here';

const late = (worker: Worker, jobId: string, lateMs: number): void =>
  worker.link.say({ type: 'link.offered', slot: 0, offer: offerOf(jobId), lateMs });

/** Answers that the server was given, in order. */
const answers = ({ link }: Worker) => ofType(link.told, 'answer');
const requests = ({ children }: Worker) => children().filter((id) => id.startsWith('req.'));

const throwing = jobRequestMachine.provide({
  guards: {
    acceptsJob: () => {
      throw new Error('no such tenant');
    },
  },
}) as RequestLogic;

type Stage = 'prewarming' | 'available' | 'full';

/** A worker in which all the same rules hold; full, it has one place. */
function inStage(machine: Machine, stage: Stage, maxOpenOffers = 256): Worker {
  if (stage !== 'prewarming')
    return running(machine, { maxOpenOffers, maxJobs: stage === 'full' ? 1 : 9 });
  const worker = prewarming(machine, { maxOpenOffers });
  worker.pool.say({ type: 'pool.process', slot: 0, pid: 1, timings: {} });
  return worker;
}

/** What a worker promises about offers: one answer to each. */
export const behaviours: readonly WorkerBehaviour[] = [
  {
    title: 'warns when accept names the attribute that is its own (F-43)',
    run: (machine) => {
      const worker = running(machine);
      const acceptAs = (name: string, elapsedMs = 5) =>
        worker.handler.say({
          type: 'handler.accepted',
          call: 1,
          elapsedMs,
          at: 1_000,
          participation: { ...as('agent'), attributes: { 'lk.agent.name': name } },
        });
      const warnings = () => ofType(worker.emitted, 'warning');

      offer(worker, 'job-1');
      acceptAs('greeter');
      expect(warnings()).toEqual([]);

      offer(worker, 'job-2');
      acceptAs('impostor');
      expect(warnings()).toEqual([
        {
          type: 'warning',
          jobId: 'job-2',
          error: {
            code: 'ERR_RESERVED_ATTRIBUTE',
            message:
              'accept() was given the attribute "lk.agent.name"; it is the worker\'s own, and keeps its agent name.',
          },
        },
      ]);
    },
  },
  ...(['prewarming', 'available', 'full'] as const).map(
    (stage): WorkerBehaviour => ({
      title: `refuses an offer that it reads when the server has given up on it: ${stage} (R-A16)`,
      run: (machine) => {
        const worker = inStage(machine, stage);
        if (stage === 'full') work(worker, 'job-0');
        const before = worker.emitted.length;
        const said = answers(worker).length;
        const open = requests(worker);

        late(worker, 'job-1', 2_000);

        expect(answers(worker).slice(said)).toEqual([answer('job-1', false)]);
        expect(requests(worker)).toEqual(open);
        expect(worker.emitted.slice(before)).toEqual([
          rejected('job-1', 'this process stood still while the offer waited'),
        ]);
      },
    }),
  ),
  {
    title:
      'counts the time that an offer waited to be read as time that requestFnc has used (R-A16)',
    run: (machine) => {
      const worker = running(machine, { requestTimeout: 1_000 });

      late(worker, 'job-1', 600);
      worker.advance(399);
      expect(answers(worker)).toEqual([]);
      worker.advance(1);

      expect(answers(worker)).toEqual([answer('job-1', false)]);
    },
  },
  {
    title: 'asks requestFnc, and answers what it says, with the participation (F-3, O-2)',
    run: (machine) => {
      const requestFnc = () => {};
      const worker = running(machine, { requestFnc });

      offer(worker, 'job-1');
      expect(worker.handler.inputs).toEqual([{ offer: offerOf('job-1'), requestFnc }]);
      expect(answers(worker)).toEqual([]);
      yes(worker, 'job-1');

      expect(answers(worker)).toEqual([answer('job-1', true)]);
      expect(worker.context().requests).toEqual([
        {
          slot: 0,
          link: 0,
          jobId: 'job-1',
          room: 'lobby',
          identity: 'agent-job-1',
          url: '',
          phase: 'accepted',
        },
      ]);
    },
  },
  {
    title: 'tells an acceptance when its answer is written',
    run: (machine) => {
      const worker = running(machine);
      offer(worker, 'job-1');
      yes(worker, 'job-1');
      expect(worker.emitted).toEqual([offered('job-1')]);

      worker.link.say({ type: 'link.answered', slot: 0, jobId: 'job-1' });

      expect(worker.emitted).toEqual([offered('job-1'), { type: 'job.accepted', jobId: 'job-1' }]);
      expect(worker.handler.told).toEqual([{ type: 'confirm', stage: 'answered' }]);
    },
  },
  {
    title: 'passes a refusal on, also one that ends the job for all workers (F-42, N-23)',
    run: (machine) => {
      const worker = running(machine);
      offer(worker, 'job-1');
      no(worker);
      offer(worker, 'job-2');
      worker.handler.say({ type: 'handler.rejected', call: 1, terminate: true });

      expect(answers(worker)).toEqual([
        answer('job-1', false),
        { ...answer('job-2', false), terminate: true },
      ]);
      expect(worker.emitted).toEqual([
        offered('job-1'),
        rejected('job-1', 'refused by requestFnc'),
        offered('job-2'),
        rejected('job-2', 'refused by requestFnc'),
      ]);
      expect(requests(worker)).toEqual([]);
    },
  },
  {
    title: 'refuses when requestFnc does not answer in time (F-46, O-2, R-C3)',
    run: (machine) => {
      const worker = running(machine, { requestTimeout: 1_000 });
      offer(worker, 'job-1');
      worker.advance(999);
      expect(answers(worker)).toEqual([]);

      worker.advance(1);

      expect(answers(worker)).toEqual([answer('job-1', false)]);
      expect(worker.context().requests).toEqual([]);
      expect(worker.timers()).toEqual([]);
    },
  },
  {
    title: 'warns when requestFnc throws after it answered, and the answer stands',
    run: (machine) => {
      const worker = running(machine);
      accept(worker, 'job-1');

      worker.handler.say({ type: 'handler.threw', error: failure });

      expect(worker.emitted.slice(2)).toEqual([
        {
          type: 'warning',
          error: { code: 'ERR_TEST', message: 'requestFnc threw' },
          jobId: 'job-1',
          thrown: 'something broke',
        },
      ]);
      expect(answers(worker)).toEqual([answer('job-1', true)]);
    },
  },
  {
    title: 'accepts one of two offers of the same tick when it has one place (F-49, N-6)',
    run: (machine) => {
      const worker = running(machine, { maxJobs: 1 });

      offer(worker, 'job-1');
      offer(worker, 'job-2');
      yes(worker, 'job-1');

      expect(answers(worker)).toEqual([answer('job-2', false), answer('job-1', true)]);
      expect(worker.emitted).toEqual([
        offered('job-1'),
        offered('job-2'),
        rejected('job-2', 'the worker takes no jobs now'),
      ]);
    },
  },
  {
    title: 'refuses an offer before its first process is warm, and takes one after it',
    run: (machine) => {
      const worker = prewarming(machine);
      offer(worker, 'job-1');
      worker.pool.say({ type: 'pool.process', slot: 0, pid: 1, timings: {} });

      accept(worker, 'job-2');

      expect(answers(worker)).toEqual([answer('job-1', false), answer('job-2', true)]);
    },
  },
  ...(['prewarming', 'available', 'full'] as const).map(
    (stage): WorkerBehaviour => ({
      title: `answers a question that is repeated while undecided once, when it is ${stage} (F-55, N-22, R-B5)`,
      run: (machine) => {
        const worker = inStage(machine, stage);
        offer(worker, 'job-1');

        offer(worker, 'job-1');
        yes(worker, 'job-1');

        expect(answers(worker)).toEqual([answer('job-1', true)]);
        expect(worker.handler.instances.length).toBe(1);
      },
    }),
  ),
  ...(['prewarming', 'available', 'full'] as const).map(
    (stage): WorkerBehaviour => ({
      title: `refuses a job that it accepted already, when it is ${stage} (F-55, N-22)`,
      run: (machine) => {
        const worker = inStage(machine, stage);
        accept(worker, 'job-1');
        worker.emitted.splice(0);

        offer(worker, 'job-1');

        expect(answers(worker)).toEqual([answer('job-1', true), answer('job-1', false)]);
        expect(worker.emitted).toEqual([rejected('job-1', already)]);
        expect(worker.handler.instances.length).toBe(1);
      },
    }),
  ),
  ...(['prewarming', 'available', 'full'] as const).map(
    (stage): WorkerBehaviour => ({
      title: `refuses without asking anybody what is beyond the open offers it may have, when it is ${stage} (F-56)`,
      run: (machine) => {
        const worker = inStage(machine, stage, 1);
        offer(worker, 'job-1');
        worker.emitted.splice(0);

        offer(worker, 'job-2');

        expect(answers(worker)).toEqual([answer('job-2', false)]);
        expect(worker.emitted).toEqual([rejected('job-2', 'too many open offers')]);
        expect(requests(worker)).toEqual(['req.0']);
      },
    }),
  ),
  {
    title: 'refuses a job that runs here, or ended here (F-55, N-22, R-C14)',
    run: (machine) => {
      const worker = running(machine);
      work(worker, 'job-1');
      offer(worker, 'job-1');
      finish(worker, 'job-1');
      exit(worker, 'job-1');

      offer(worker, 'job-1');

      expect(answers(worker)).toEqual([
        answer('job-1', true),
        answer('job-1', false),
        answer('job-1', false),
      ]);
      expect(worker.handler.instances.length).toBe(1);
    },
  },
  {
    title: 'asks again about a job that it accepted and never got',
    run: (machine) => {
      const worker = running(machine);
      accept(worker, 'job-1');
      worker.advance(7_500);

      accept(worker, 'job-1');

      expect(answers(worker)).toEqual([answer('job-1', true), answer('job-1', true)]);
    },
  },
  {
    title: 'answers each of many offers exactly once, and uses its slots again (F-56)',
    run: (machine) => {
      const worker = running(machine, { maxOpenOffers: 3 });
      for (const jobId of ['a', 'b', 'c', 'd']) offer(worker, jobId);
      expect(requests(worker)).toEqual(['req.0', 'req.1', 'req.2']);

      worker.handler.at('req.1').say({ type: 'handler.rejected', call: 1, terminate: false });
      expect(requests(worker)).toEqual(['req.0', 'req.2']);
      offer(worker, 'e');
      expect(requests(worker)).toEqual(['req.0', 'req.1', 'req.2']);
      worker.advance(2_000);

      const told = answers(worker).map(({ jobId }) => jobId);
      expect(told).toEqual(['d', 'b', 'a', 'c', 'e']);
      expect(worker.context().requests).toEqual([]);
      expect(worker.timers()).toEqual([]);
    },
  },
  {
    title: 'refuses only the offer whose policy threw',
    run: (machine) => {
      const worker = running(machine, {}, throwing);

      offer(worker, 'job-1');
      offer(worker, 'job-2');

      const error = { code: 'ERR_POLICY', message: 'a policy threw' };
      expect(answers(worker)).toEqual([answer('job-1', false), answer('job-2', false)]);
      expect(worker.emitted).toEqual([
        offered('job-1'),
        { type: 'warning', error, jobId: 'job-1', thrown: 'no such tenant' },
        rejected('job-1', error.message),
        offered('job-2'),
        { type: 'warning', error, jobId: 'job-2', thrown: 'no such tenant' },
        rejected('job-2', error.message),
      ]);
      expect([worker.value(), worker.status()]).toEqual([{ running: 'available' }, 'active']);
      expect(worker.children()).toEqual(['http', 'link.0', 'load', 'pool']);
    },
  },
  {
    title: 'forgets an accepted offer whose request broke, and has no second answer for it',
    run: (machine) => {
      const request = fakeChild<RequestEvent, RequestInput, RequestEnded, RequestTold>();
      const worker = running(machine, { maxJobs: 1 }, request.logic);
      offer(worker, 'job-1');
      request.say({
        type: 'request.answered',
        jobId: 'job-1',
        available: true,
        at: 1,
        terminate: false,
        participation: as('agent-job-1'),
      });
      worker.emitted.splice(0);

      request.fail(new Error('broke'));

      const error = { code: 'ERR_POLICY', message: 'a policy threw' };
      expect(worker.emitted).toEqual([
        { type: 'warning', error, jobId: 'job-1', thrown: 'broke' },
        expired('job-1', error.message),
      ]);
      expect(answers(worker)).toEqual([answer('job-1', true)]);
      expect(worker.context().requests).toEqual([]);
    },
  },
  {
    title: 'reports an assigned job whose request broke as failed',
    run: (machine) => {
      const request = fakeChild<RequestEvent, RequestInput, RequestEnded, RequestTold>();
      const worker = running(machine, {}, request.logic);
      offer(worker, 'job-1');
      request.say({ type: 'request.assigned', launch: launchOf('job-1') });

      request.fail(new Error('broke'));

      const message = 'a policy threw';
      expect(worker.pool.told.slice(1)).toEqual([
        { type: 'launch.cancel', jobId: 'job-1', reason: message },
      ]);
      expect(worker.link.told).toEqual([status('job-1', 'failed', message)]);
      expect(worker.emitted.slice(2)).toEqual([
        {
          type: 'job.ended',
          jobId: 'job-1',
          outcome: 'failed',
          error: { code: 'ERR_POLICY', message },
        },
      ]);
    },
  },
  {
    title: 'forgets the offers of a connection that was lost, and frees their places (R-A9)',
    run: (machine) => {
      const worker = running(machine, { maxJobs: 2 });
      offer(worker, 'open');
      accept(worker, 'accepted');
      expect(worker.value()).toEqual({ running: 'full' });
      worker.emitted.splice(0);

      linkIsLost(worker);

      expect(worker.value()).toEqual({ running: 'available' });
      expect(worker.emitted).toEqual([
        { type: 'disconnected', error: failure, retryMs: 500 },
        expired('open', 'the connection was lost'),
        expired('accepted', 'the connection was lost'),
      ]);
      expect(answers(worker)).toEqual([answer('accepted', true)]);
      expect(worker.context().requests).toEqual([]);
      expect(worker.timers()).toEqual([]);
    },
  },
  {
    title: 'keeps what was assigned over a connection that was lost',
    run: (machine) => {
      const worker = running(machine);
      launch(worker, 'job-1');

      linkIsLost(worker);
      started(worker, 'job-1');

      expect(butReports(worker.link.told)).toEqual([
        answer('job-1', true),
        status('job-1', 'running'),
      ]);
    },
  },
  {
    title: 'says nothing more to a link that is gone',
    run: (machine) => {
      const request = fakeChild<RequestEvent, RequestInput, RequestEnded, RequestTold>();
      const worker = running(machine, {}, request.logic);
      offer(worker, 'job-1');
      worker.link.done({ slot: 0, failure: undefined, undelivered: 0 });

      request.say({
        type: 'request.answered',
        jobId: 'job-1',
        available: true,
        at: 1,
        terminate: false,
        participation: as('agent-job-1'),
      });
      request.fail(new Error('broke'));

      expect(worker.status()).toBe('active');
      expect(butReports(worker.link.told)).toEqual([]);
    },
  },
  {
    title: 'knows nothing of an answer to an offer that is over',
    run: (machine) => {
      const worker = running(machine);
      offer(worker, 'job-1');
      no(worker);

      worker.link.say({ type: 'link.answered', slot: 0, jobId: 'job-1' });

      expect(worker.status()).toBe('active');
      expect(answers(worker)).toEqual([answer('job-1', false)]);
    },
  },
];
