import { maxJobs, type Policy, WorkerOptions, withPolicies, workerMachine } from 'livekit-actors';

// Policies are plain functions, so they combine like plain functions.
const atMostEight = maxJobs(8);
const onePerRoom: Policy = ({ capacity }) => capacity.jobsInRoom === 0;

export const machine = withPolicies(workerMachine, {
  hasCapacity: (input) => atMostEight(input) && onePerRoom(input),
  acceptsJob: ({ offer }) => offer.attributes.tenant === 'acme',
});

export const options = new WorkerOptions({
  requestFnc: async (request) => {
    const answer = await fetch('http://localhost:9000/quota');
    if (answer.ok) await request.accept({ name: 'helper' });
    else await request.reject();
  },
  entrypointFnc: (ctx) => ctx.connect(),
});
