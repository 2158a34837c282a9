import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { type CallbackLogicFunction, fromCallback } from 'xstate';
import type { Offer } from '../../src/machines/job.types.js';
import { jobRequestMachine } from '../../src/machines/job-request.machine.js';
import type { Command, Fact, HandlerInput } from '../../src/machines/job-request.types.js';
import { workerMachine } from '../../src/machines/worker.machine.js';
import {
  and,
  byMetadata,
  maxJobs,
  maxPerRoom,
  not,
  or,
  type Policies,
  type Policy,
  tokenBucket,
  withPolicies,
} from '../../src/policies.js';
import { assign, exit, ofType, running, started } from '../machines/worker.subject.js';
import { withMachines } from '../support/run-machine.js';
import { offerOf } from '../support/samples.js';

type Request = typeof jobRequestMachine;

/** The two ways to give a worker policies. */
const ways: [string, (policies: Policies) => Request][] = [
  [
    'withPolicies',
    (policies) =>
      withPolicies(workerMachine, policies).implementations.actors.jobRequest as Request,
  ],
  [
    'a nested provide',
    ({ acceptsJob, hasCapacity }) =>
      jobRequestMachine.provide({
        guards: {
          ...(acceptsJob && { acceptsJob: (_, screened) => acceptsJob(screened) }),
          ...(hasCapacity && { hasCapacity: (_, screened) => hasCapacity(screened) }),
        },
      }),
  ],
];

/** What happens to a worker: an offer in a room, the end of a job, or time. */
type Step = Partial<Offer> | { readonly ends: number } | { readonly waits: number };
const inRoom = (name: string, more: Partial<Offer> = {}): Partial<Offer> => ({
  room: { sid: 'RM_1', name, metadata: '' },
  ...more,
});
const about = (metadata: string) => inRoom('lobby', { metadata });

interface Row {
  readonly policies: (now: () => number) => Policies;
  readonly steps: readonly Step[];
  /** Of the offers alone, in their order. */
  readonly taken: readonly boolean[];
}

const order = v.object({ tenant: v.string() });
const isVip: Policy = ({ offer }) => offer.attributes.tier === 'vip';
const vip = inRoom('lobby', { attributes: { tier: 'vip' } });
const inOfficeHours =
  (now: () => number): Policy =>
  () => {
    const hour = (now() / 3_600_000) % 24;
    return hour >= 8 && hour < 18;
  };
const hours = (count: number) => ({ waits: count * 3_600_000 });

const table: Record<string, Row> = {
  'a cap on jobs': {
    policies: () => ({ hasCapacity: maxJobs(2) }),
    steps: [inRoom('a'), inRoom('b'), inRoom('c'), { ends: 0 }, inRoom('d'), inRoom('e')],
    taken: [true, true, false, true, false],
  },
  'a cap per room': {
    policies: () => ({ acceptsJob: maxPerRoom(1) }),
    steps: [inRoom('a'), inRoom('a'), inRoom('b'), { ends: 0 }, inRoom('a'), inRoom('b')],
    taken: [true, false, true, true, false],
  },
  'a token bucket': {
    policies: (now) => ({ acceptsJob: tokenBucket({ jobs: 1, per: 1_000, burst: 2, now }) }),
    steps: [
      inRoom('a'),
      inRoom('b'),
      inRoom('c'),
      { waits: 999 },
      inRoom('d'),
      { waits: 1 },
      inRoom('e'),
      inRoom('f'),
    ],
    taken: [true, true, false, false, true, false],
  },
  'a schema of the metadata (I35)': {
    policies: () => ({ acceptsJob: byMetadata(order) }),
    steps: [about('{"tenant":"acme"}'), about('{"tenant":7}'), about('acme'), about('')],
    taken: [true, false, false, false],
  },
  'a cap that a class of jobs may pass': {
    policies: () => ({ acceptsJob: or(isVip, maxJobs(1)) }),
    steps: [inRoom('a'), inRoom('b'), vip, inRoom('c'), vip],
    taken: [true, false, true, false, true],
  },
  'a window of time': {
    policies: (now) => ({ acceptsJob: inOfficeHours(now) }),
    steps: [hours(7), inRoom('a'), hours(1), inRoom('b'), hours(10), inRoom('c')],
    taken: [false, true, false],
  },
  'several at once': {
    policies: (now) => ({
      hasCapacity: and(maxJobs(3), maxPerRoom(2)),
      acceptsJob: and(
        not(({ offer }) => offer.room.name === 'closed'),
        or(isVip, tokenBucket({ jobs: 1, per: 60_000, burst: 1, now })),
      ),
    }),
    steps: [
      inRoom('closed'),
      inRoom('lobby'),
      inRoom('b'),
      vip,
      vip,
      inRoom('c'),
      { waits: 60_000 },
      inRoom('c'),
    ],
    taken: [false, true, false, true, false, false, true],
  },
};

/** A worker whose offers are accepted at once where the policies let them through. */
function workerWith(request: (now: () => number) => Request) {
  let now = 0;
  const handler: CallbackLogicFunction<Command, Fact, HandlerInput> = ({ input, sendBack }) =>
    sendBack({
      type: 'handler.accepted',
      call: 1,
      elapsedMs: 0,
      at: now,
      participation: { name: '', identity: input.offer.id, metadata: '', attributes: {} },
    });
  const machine = request(() => now).provide({ actors: { requestHandler: fromCallback(handler) } });
  const worker = running(workerMachine, { loadThreshold: Number.POSITIVE_INFINITY }, machine);
  const jobs: string[] = [];
  const offer = (more: Partial<Offer>): void => {
    const jobId = `job-${jobs.length}`;
    worker.link.say({ type: 'link.offered', slot: 0, offer: offerOf(jobId, more) });
    jobs.push(jobId);
    if (!ofType(worker.link.told, 'answer').at(-1)?.available) return;
    worker.link.say({ type: 'link.answered', slot: 0, jobId });
    assign(worker, jobId);
    started(worker, jobId);
  };
  return {
    take(steps: readonly Step[]): boolean[] {
      for (const step of steps) {
        if ('waits' in step) now += step.waits;
        else if ('ends' in step) exit(worker, `job-${step.ends}`);
        else offer(step);
      }
      return ofType(worker.link.told, 'answer').map(({ available }) => available);
    },
  };
}

describe.each(ways)('given by %s', (_, requestWith) => {
  it.each(Object.entries(table))('%s takes what it should (I22)', async (_name, row) => {
    await withMachines(() => {
      const { take } = workerWith((now) => requestWith(row.policies(now)));

      expect(take(row.steps)).toEqual(row.taken);
    });
  });
});

it('keeps the policies of an earlier withPolicies, and replaces those it names (I22)', async () => {
  await withMachines(() => {
    const first = withPolicies(workerMachine, { hasCapacity: maxJobs(1), acceptsJob: () => false });
    const both = withPolicies(first, { acceptsJob: () => true });

    const { take } = workerWith(() => both.implementations.actors.jobRequest as Request);

    expect(take([inRoom('a'), inRoom('b')])).toEqual([true, false]);
  });
});
