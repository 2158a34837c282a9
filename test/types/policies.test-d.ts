import { expectTypeOf, it } from 'vitest';
import { createActor } from 'xstate';
import {
  type Capacity,
  createWorker,
  jobRequestMachine,
  type Offer,
  type PoolView,
  processPoolMachine,
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
