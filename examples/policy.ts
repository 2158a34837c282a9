import { cli, jobRequestMachine, WorkerOptions, withPolicies, workerMachine } from 'livekit-actors';

// A policy is a guard of the job request machine: synchronous, and named in its chart.
const machine = withPolicies(workerMachine, {
  acceptsJob: ({ offer, capacity }) =>
    offer.room.name.startsWith('vip-') || capacity.activeJobs < 2,
});

// The same in plain xstate: a guard reaches a child only through the child's own machine.
export const sameMachine = workerMachine.provide({
  actors: {
    jobRequest: jobRequestMachine.provide({
      guards: {
        acceptsJob: (_, { offer, capacity }) =>
          offer.room.name.startsWith('vip-') || capacity.activeJobs < 2,
      },
    }),
  },
});

cli.runApp(new WorkerOptions({ entrypointFnc: (ctx) => ctx.connect() }), { machine });
