import * as v from 'valibot';
import { expectTypeOf, it } from 'vitest';
import { createActor } from 'xstate';
import {
  and,
  byAttributes,
  byMetadata,
  type Capacity,
  createWorker,
  jobRequestMachine,
  maxJobs,
  maxPerRoom,
  not,
  type Offer,
  or,
  type Policy,
  type PoolView,
  processPoolMachine,
  tokenBucket,
  type WaitingJob,
  WorkerOptions,
  withPolicies,
  workerMachine,
} from '../../src/index.js';

it('gives policies the offer and the capacity', () => {
  withPolicies(workerMachine, {
    acceptsJob: ({ offer, capacity }) => {
      expectTypeOf(offer).toEqualTypeOf<Offer>();
      expectTypeOf(capacity).toEqualTypeOf<Capacity>();
      return true;
    },
  });
});

it('refuses what is no policy', () => {
  // @ts-expect-error a guard answers at once
  withPolicies(workerMachine, { acceptsJob: async () => true });
  // @ts-expect-error a policy says yes or no
  withPolicies(workerMachine, { acceptsJob: () => 'yes' });
  // @ts-expect-error there is no policy of this name
  withPolicies(workerMachine, { acceptJob: () => true });
  // @ts-expect-error an offer has no such field
  withPolicies(workerMachine, { acceptsJob: ({ offer }) => offer.roomName === '' });
});

it('makes policies of all that is ready made', () => {
  expectTypeOf(maxJobs(1)).toEqualTypeOf<Policy>();
  expectTypeOf(maxPerRoom(1)).toEqualTypeOf<Policy>();
  expectTypeOf(tokenBucket({ jobs: 1, per: 1 })).toEqualTypeOf<Policy>();
  expectTypeOf(byMetadata(v.object({ tenant: v.string() }))).toEqualTypeOf<Policy>();
  expectTypeOf(byAttributes(v.object({ tier: v.string() }))).toEqualTypeOf<Policy>();
  expectTypeOf(and(maxJobs(1), () => true)).toEqualTypeOf<Policy>();
  expectTypeOf(or(({ capacity }) => capacity.acceptedAt.length > 0)).toEqualTypeOf<Policy>();
  withPolicies(workerMachine, { acceptsJob: not(maxPerRoom(1), ({ offer }) => offer.resuming) });
});

it('refuses wrong arguments of what is ready made', () => {
  // @ts-expect-error a number of jobs
  maxPerRoom('1');
  // @ts-expect-error how many is missing
  maxPerRoom();
  // @ts-expect-error in which time is missing
  tokenBucket({ jobs: 1 });
  // @ts-expect-error milliseconds are a number
  tokenBucket({ jobs: 1, per: '1m' });
  // @ts-expect-error there is no option of this name
  tokenBucket({ jobs: 1, per: 1, size: 3 });
  // @ts-expect-error a clock says a number
  tokenBucket({ jobs: 1, per: 1, now: () => new Date() });
  // @ts-expect-error a schema is an object that can validate
  byMetadata({ type: 'object' });
  // @ts-expect-error a shape is no schema
  byAttributes({ tier: v.string() });
  // @ts-expect-error a predicate is no schema
  byMetadata((value: unknown) => typeof value === 'string');
  // @ts-expect-error nobody else has metadata
  byMetadata(v.string(), { of: 'publisher' });
});

it('refuses to combine what is no policy', () => {
  // @ts-expect-error nothing to combine
  and();
  // @ts-expect-error a policy says yes or no
  or(() => 'yes');
  // @ts-expect-error a guard answers at once
  not(async () => true);
  // @ts-expect-error a verdict is no policy
  and(true);
  // @ts-expect-error one after the other, not in a list
  and([maxJobs(1)]);
  // @ts-expect-error an offer has no such field
  or(({ offer }) => offer.roomName === '');
});

it('takes the same policy as a guard, provided one level down', () => {
  const machine = workerMachine.provide({
    actors: {
      jobRequest: jobRequestMachine.provide({
        guards: {
          acceptsJob: (_, { offer, capacity }) => {
            expectTypeOf(offer).toEqualTypeOf<Offer>();
            return capacity.activeJobs < 2;
          },
        },
      }),
    },
  });
  expectTypeOf(machine).toEqualTypeOf<typeof workerMachine>();
});

it('refuses a wrong guard', () => {
  // @ts-expect-error a guard answers at once
  jobRequestMachine.provide({ guards: { acceptsJob: async () => true } });
  // @ts-expect-error there is no guard of this name
  jobRequestMachine.provide({ guards: { acceptJob: () => true } });
  // @ts-expect-error a promise is no machine
  workerMachine.provide({ actors: { jobRequest: Promise.resolve() } });
});

it('runs the worker machine on worker options and nothing less', () => {
  const options = new WorkerOptions({ agent: new URL('file:///agent.js') });
  createActor(workerMachine, { input: options });
  createWorker(options);
  // @ts-expect-error the settings are missing
  createActor(workerMachine, { input: {} });
  // @ts-expect-error a worker knows no such event
  createActor(workerMachine, { input: options }).send({ type: 'pause' });
});

it('gives policies of the pool the job and the pool', () => {
  withPolicies(workerMachine, {
    getsProcess: (job) => {
      expectTypeOf(job).toEqualTypeOf<WaitingJob>();
      return job.warm > 1;
    },
    keepsWarm: (pool) => {
      expectTypeOf(pool).toEqualTypeOf<PoolView>();
      return pool.warm < pool.idle;
    },
  });
  processPoolMachine.provide({ guards: { keepsWarm: (_, { warm, idle }) => warm < 2 * idle } });
});

it('refuses what is no policy of the pool', () => {
  // @ts-expect-error a guard answers at once
  withPolicies(workerMachine, { keepsWarm: async () => true });
  // @ts-expect-error a policy says yes or no; how many is asked one by one
  withPolicies(workerMachine, { keepsWarm: ({ idle }) => idle });
  // @ts-expect-error a waiting job has no offer any more
  withPolicies(workerMachine, { getsProcess: ({ offer }) => offer.agentName === '' });
  // @ts-expect-error there is no guard of this name
  processPoolMachine.provide({ guards: { keepWarm: () => true } });
});
