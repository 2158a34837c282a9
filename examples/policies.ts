import {
  cli,
  maxJobs,
  type Policy,
  WorkerOptions,
  withPolicies,
  workerMachine,
} from 'livekit-actors';

// Policies are plain functions, so they combine like plain functions.
const atMostEight = maxJobs(8);
const onePerRoom: Policy = ({ capacity }) => capacity.jobsInRoom === 0;
const knowsTenant: Policy = ({ offer }) => offer.attributes.tenant === 'acme';

const machine = withPolicies(workerMachine, {
  // Instead of the worker's own count: `accepting` is false while it warms up or drains.
  hasCapacity: (input) => input.capacity.accepting && atMostEight(input) && onePerRoom(input),
  acceptsJob: knowsTenant,
});

const options = new WorkerOptions({
  // What has to ask somebody comes after the guards, and has two seconds.
  requestFnc: async (request) => {
    const answer = await fetch('http://localhost:9000/quota');
    if (answer.ok) await request.accept({ attributes: { tenant: 'acme' } });
    else await request.reject();
  },
  entrypointFnc: (ctx) => ctx.connect(),
});

cli.runApp(options, { machine });
