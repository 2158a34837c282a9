import {
  byAttributes,
  byMetadata,
  maxJobs,
  maxPerRoom,
  tokenBucket,
  withPolicies,
  workerMachine,
} from 'livekit-actors';
import * as v from 'valibot';

// Eight jobs at the same time, like the option `maxJobs`.
export const atMostEight = withPolicies(workerMachine, { hasCapacity: maxJobs(8) });

// One job of this worker in each room.
export const onePerRoom = withPolicies(workerMachine, { acceptsJob: maxPerRoom(1) });

// Thirty jobs a minute, and five at once after a quiet time.
export const notTooFast = withPolicies(workerMachine, {
  acceptsJob: tokenBucket({ jobs: 30, per: 60_000, burst: 5 }),
});

// Only dispatches whose metadata is what the agent expects.
const order = v.object({ tenant: v.string(), plan: v.picklist(['free', 'paid']) });
export const wellFormed = withPolicies(workerMachine, { acceptsJob: byMetadata(order) });

// Only in rooms whose metadata says so; without metadata the schema gets undefined.
const room = v.object({ agents: v.literal(true) });
export const invited = withPolicies(workerMachine, {
  acceptsJob: byMetadata(room, { of: 'room' }),
});

// Only dispatches with these attributes.
const vip = v.object({ tier: v.literal('vip') });
export const forVips = withPolicies(workerMachine, { acceptsJob: byAttributes(vip) });
