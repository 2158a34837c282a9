import { Secret } from 'livekit-actors';
import { jobRequestMachine, type Offer } from 'livekit-actors/machines';
import { createActor, fromCallback, SimulatedClock } from 'xstate';

// The pure machines have no world: you provide it, and you are the clock.
const clock = new SimulatedClock();
const offer: Offer = {
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
};
const request = createActor(
  // A request handler that never answers.
  jobRequestMachine.provide({ actors: { requestHandler: fromCallback(() => {}) } }),
  {
    clock,
    input: {
      offer,
      capacity: {
        activeJobs: 0,
        reservedJobs: 0,
        openOffers: 0,
        jobsInRoom: 0,
        acceptedAt: [],
        maxJobs: 1,
        load: 0,
        loadThreshold: 0.7,
        accepting: true,
      },
      requestFnc: undefined,
      timeouts: { requestMs: 2_000, answerMs: 2_000, assignmentMs: 7_500, launchMs: 10_000 },
      workerId: 'AW_1',
    },
  },
).start();

console.log(request.getSnapshot().value); // deciding
clock.increment(2_000);
console.log(request.getSnapshot().output); // rejected, since silence would lose the job
