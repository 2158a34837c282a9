import fc from 'fast-check';
import { expect } from 'vitest';
import type { JobEnd } from '../../src/machines/job.types.js';
import {
  assign,
  exit,
  failed,
  finish,
  linkCloses,
  linkIsLost,
  type Machine,
  offer,
  ofType,
  poolCloses,
  poolRecovers,
  registered,
  running,
  started,
  success,
  terminate,
  type Worker,
  type WorkerBehaviour,
} from './worker.subject.js';

const maxJobs = 2;

/** A pool that never lies: a job starts after its launch, once, and ends after its start. */
interface World {
  readonly worker: Worker;
  readonly jobs: Map<string, 'launched' | 'running' | 'finished' | 'gone'>;
  readonly offered: Set<string>;
  readonly assigned: Set<string>;
  wasLost: boolean;
}

/** The handler that decides about one job. */
const handlerOf = ({ handler }: Worker, jobId: string) =>
  handler.live.find(({ input }) => input.offer.id === jobId);
const launchesOf = ({ pool }: Worker, jobId: string) =>
  ofType(pool.told, 'launch').filter(({ launch }) => launch.jobId === jobId).length;
const isLaunched = ({ worker, jobs }: World, jobId: string) =>
  !jobs.has(jobId) && launchesOf(worker, jobId) > 0;

function ends(world: World, jobId: string, end: JobEnd, died: boolean): void {
  const phase = world.jobs.get(jobId);
  if (phase !== 'running' && phase !== 'finished') return;
  world.jobs.set(jobId, 'gone');
  exit(world.worker, jobId, end, died);
}

type Happening = (world: World, jobId: string) => void;

/** Whatever may happen to a job, in whatever order. */
const happenings: Readonly<Record<string, Happening>> = {
  offer: ({ worker, offered }, jobId) => {
    if (offered.has(jobId)) return;
    offered.add(jobId);
    offer(worker, jobId);
  },
  accept: ({ worker }, jobId) =>
    handlerOf(worker, jobId)?.say({
      type: 'handler.accepted',
      elapsedMs: 5,
      at: 1,
      call: 1,
      participation: { name: '', identity: jobId, metadata: '', attributes: {} },
    }),
  reject: ({ worker }, jobId) =>
    handlerOf(worker, jobId)?.say({ type: 'handler.rejected', call: 1, terminate: false }),
  write: ({ worker }, jobId) => worker.link.say({ type: 'link.answered', slot: 0, jobId }),
  assign: ({ worker, assigned }, jobId) => {
    assigned.add(jobId);
    assign(worker, jobId);
  },
  start: (world, jobId) => {
    if (!isLaunched(world, jobId)) return;
    world.jobs.set(jobId, 'running');
    started(world.worker, jobId);
  },
  cannotStart: (world, jobId) => {
    if (!isLaunched(world, jobId)) return;
    world.jobs.set(jobId, 'gone');
    const error = { code: 'ERR_LAUNCH_FAILED', message: 'no process' };
    world.worker.pool.say({ type: 'job.unstartable', jobId, error });
  },
  finish: ({ worker, jobs }, jobId) => {
    if (jobs.get(jobId) !== 'running') return;
    jobs.set(jobId, 'finished');
    finish(worker, jobId);
  },
  exit: (world, jobId) => ends(world, jobId, success, false),
  die: (world, jobId) => ends(world, jobId, failed('died'), true),
  terminate: ({ worker }, jobId) => terminate(worker, jobId),
  loseLink: (world) => {
    world.wasLost = true;
    linkIsLost(world.worker);
    world.worker.link.say(registered);
  },
  overload: ({ worker }) => worker.load.say({ type: 'load.sampled', load: 1 }),
  calm: ({ worker }) => worker.load.say({ type: 'load.sampled', load: 0 }),
  degrade: ({ worker }) =>
    worker.pool.say({ type: 'pool.degraded', error: { code: 'ERR_TEST', message: 'no start' } }),
  recover: ({ worker }) => poolRecovers(worker),
  drain: ({ worker }) => worker.send({ type: 'drain' }),
  stop: ({ worker }) => worker.send({ type: 'stop' }),
  wait: ({ worker }) => worker.advance(900),
  waitLong: ({ worker }) => worker.advance(7_500),
};

const held = ({ context }: Worker): number => {
  const { jobs, requests } = context();
  const reserved = requests.filter(
    ({ jobId, phase }) => phase !== 'open' && !jobs.some((job) => job.jobId === jobId),
  );
  return jobs.length + reserved.length;
};

function holdsAnyway(machine: Machine, order: readonly (readonly [string, string])[]): void {
  const worker = running(machine, { maxJobs, drainTimeout: Number.POSITIVE_INFINITY });
  const world: World = {
    worker,
    jobs: new Map(),
    offered: new Set(),
    assigned: new Set(),
    wasLost: false,
  };

  for (const [name, jobId] of order) {
    happenings[name]?.(world, jobId);
    expect(held(worker)).toBeLessThanOrEqual(maxJobs);
  }
  for (const jobId of world.jobs.keys()) ends(world, jobId, success, false);
  worker.send({ type: 'stop' });
  worker.advance(60_000);
  poolCloses(worker);
  linkCloses(worker);
  if (worker.status() === 'active') worker.advance(5_000);

  const statuses = ofType(worker.link.told, 'status');
  for (const jobId of ids) {
    const told = (kind: 'running' | 'other') =>
      statuses.filter(
        (it) => it.jobId === jobId && (it.status === 'running') === (kind === 'running'),
      );
    const answers = ofType(worker.link.told, 'answer').filter((it) => it.jobId === jobId);
    expect(answers.length).toBeLessThanOrEqual(world.offered.has(jobId) ? 1 : 0);
    if (world.offered.has(jobId) && !world.wasLost) expect(answers.length).toBe(1);
    expect(launchesOf(worker, jobId)).toBeLessThanOrEqual(1);
    expect(told('running').length).toBeLessThanOrEqual(launchesOf(worker, jobId));
    expect(told('other').length).toBe(world.assigned.has(jobId) ? 1 : 0);
    if (told('running').length > 0)
      expect(statuses.filter((it) => it.jobId === jobId)[0]?.status).toBe('running');
  }
  expect([worker.status(), worker.output()?.failure]).toEqual(['done', undefined]);
  expect([worker.children(), worker.timers()]).toEqual([[], []]);
}

const ids = ['a', 'b', 'c'];
const way = (jobId: string, length: number): [string, string][] =>
  ['offer', 'accept', 'write', 'assign', 'start'].slice(0, length).map((name) => [name, jobId]);

/** What holds in whatever order things happen. */
export const behaviours: readonly WorkerBehaviour[] = [
  {
    title:
      'answers once, starts once and reports one end of each job, in whatever order things happen (N-2, N-6, N-22, R-C15)',
    run: (machine) => {
      const step = fc.tuple(fc.constantFrom(...Object.keys(happenings)), fc.constantFrom(...ids));
      const prefix = fc.constantFrom(...ids.flatMap((id) => [0, 2, 4, 5].map((n) => way(id, n))));
      const orders = fc.tuple(prefix, prefix, fc.array(step, { maxLength: 30 }));

      fc.assert(
        fc.property(orders, ([one, other, rest]) =>
          holdsAnyway(machine, [...one, ...other, ...rest]),
        ),
        { numRuns: 60 },
      );
    },
  },
  {
    title:
      'answers 300 offers of one tick exactly once, and accepts no more than it has places (N-6)',
    run: (machine) => {
      const worker = running(machine, { maxJobs: 10, maxOpenOffers: 256 });

      for (let n = 0; n < 300; n += 1) offer(worker, `job-${n}`);
      for (const one of worker.handler.live)
        one.say({
          type: 'handler.accepted',
          elapsedMs: 5,
          at: 1,
          call: 1,
          participation: { name: '', identity: 'agent', metadata: '', attributes: {} },
        });

      const answers = ofType(worker.link.told, 'answer');
      expect(new Set(answers.map(({ jobId }) => jobId)).size).toBe(300);
      expect(answers.length).toBe(300);
      expect(answers.filter(({ available }) => available).length).toBe(10);
      expect(worker.context().requests.length).toBe(10);
    },
  },
];
