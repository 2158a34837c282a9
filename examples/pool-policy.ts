import {
  cli,
  processPoolMachine,
  WorkerOptions,
  withPolicies,
  workerMachine,
} from 'livekit-actors';

const isOfficeTime = (): boolean => {
  const hour = new Date().getHours();
  return hour >= 8 && hour < 18;
};

// The last warm process is for those who pay for it: others wait for the next one.
const machine = withPolicies(workerMachine, {
  getsProcess: ({ participation, warm }) => participation.attributes.plan === 'gold' || warm > 1,
  // One at night, all of them by day, and always as many as there are calls.
  keepsWarm: ({ warm, idle, busy }) => warm < Math.max(isOfficeTime() ? idle : 1, busy),
});

// The same in plain xstate: a guard reaches a child only through the child's own machine.
export const sameMachine = workerMachine.provide({
  actors: {
    processPool: processPoolMachine.provide({
      guards: {
        getsProcess: (_, { participation, warm }) =>
          participation.attributes.plan === 'gold' || warm > 1,
        keepsWarm: (_, { warm, idle, busy }) => warm < Math.max(isOfficeTime() ? idle : 1, busy),
      },
    }),
  },
});

cli.runApp(
  new WorkerOptions({
    requestFnc: async (request) => {
      await request.accept({ attributes: { plan: request.metadata } });
    },
    entrypointFnc: (ctx) => ctx.connect(),
  }),
  { machine },
);
