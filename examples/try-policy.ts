import { type PolicyInput, Secret, tokenBucket } from 'livekit-actors';

// A policy is a function of what it sees, so it is tried out without a worker.
const input = (acceptedAt: readonly number[]): PolicyInput => ({
  offer: {
    id: 'AJ_1',
    dispatchId: 'AD_1',
    kind: 'room',
    room: { sid: 'RM_1', name: 'lobby', metadata: '' },
    participant: undefined,
    agentName: '',
    metadata: '',
    attributes: {},
    resuming: false,
    record: new Secret(''),
  },
  capacity: {
    activeJobs: acceptedAt.length,
    reservedJobs: 0,
    openOffers: 0,
    jobsInRoom: 0,
    acceptedAt,
    maxJobs: Number.POSITIVE_INFINITY,
    load: 0,
    loadThreshold: 0.7,
    accepting: true,
  },
});

let now = 0;
const policy = tokenBucket({ jobs: 2, per: 60_000, now: () => now });

console.log(policy(input([]))); // true
console.log(policy(input([0, 0]))); // false
now = 30_000;
console.log(policy(input([0, 0]))); // true
