import { expect, it } from 'vitest';
import { createActor, type ErrorActorEvent, setup, spawnChild } from 'xstate';
import { jobRequestMachine } from '../../src/machines/job-request.machine.js';
import { registerBehaviours } from '../support/register-behaviours.js';
import { offerOf } from '../support/samples.js';
import { behaviours } from './job-request.behaviour.js';

registerBehaviours(jobRequestMachine, behaviours);

it('passes the error of a policy to its parent, which lives on', () => {
  const broken = new Error('the policy broke');
  const request = jobRequestMachine.provide({
    guards: {
      acceptsJob: () => {
        throw broken;
      },
    },
  });
  const errors: unknown[] = [];
  const parent = setup({
    types: { events: {} as ErrorActorEvent<unknown, 'req.0'> },
    actors: { request },
    actions: {
      open: spawnChild('request', {
        id: 'req.0',
        input: {
          offer: offerOf('job-1'),
          capacity: {
            activeJobs: 0,
            reservedJobs: 0,
            openOffers: 0,
            jobsInRoom: 0,
            acceptedAt: [],
            maxJobs: 1,
            load: 0,
            loadThreshold: 1,
            accepting: true,
          },
          requestFnc: undefined,
          timeouts: { requestMs: 1, answerMs: 1, assignmentMs: 1, launchMs: 1 },
          workerId: 'AW_1',
        },
      }),
      hold: (_, { error }: { error: unknown }) => errors.push(error),
    },
  }).createMachine({
    entry: 'open',
    on: {
      'xstate.error.actor.req.0': {
        actions: { type: 'hold', params: ({ event }) => ({ error: event.error }) },
      },
    },
  });

  const actor = createActor(parent).start();

  expect(errors.map(String)).toEqual([expect.stringContaining('the policy broke')]);
  expect(actor.getSnapshot().status).toBe('active');
  actor.stop();
});
