import type { jobRequestMachine } from '../../src/machines/job-request.machine.js';
import { hasDeadlines, isIn, tellsWhatItEmits, toldParent } from '../support/invariants.js';
import type { Invariant, Walk } from '../support/paths.js';
import { assignmentOf, failure, offerOf } from '../support/samples.js';

type Machine = typeof jobRequestMachine;

/** What a walk remembers of the answers that left, and of what was launched. */
interface Memory {
  readonly yes: number;
  readonly no: number;
  readonly launches: number;
}

const capacity = {
  activeJobs: 0,
  reservedJobs: 0,
  openOffers: 0,
  jobsInRoom: 0,
  acceptedAt: [],
  maxJobs: 2,
  load: 0,
  loadThreshold: 0.7,
  accepting: true,
};

const invariants: readonly Invariant<Machine, Memory>[] = [
  hasDeadlines([]),
  tellsWhatItEmits,
  { title: 'answers at most once', holds: ({ memory: { yes, no } }) => yes + no <= 1 },
  {
    title: 'ends without an answer only when its connection is lost',
    holds: ({ after, event, memory: { yes, no } }) =>
      after.status !== 'done' || yes + no === 1 || event.type === 'link.lost',
  },
  {
    title: 'ends as rejected exactly when it answered no',
    holds: ({ after, memory }) =>
      after.status !== 'done' || isIn(after.value, 'rejected') === (memory.no === 1),
  },
  {
    title: 'launches once, and only what it accepted',
    holds: ({ memory: { yes, launches } }) => launches <= yes,
  },
  {
    title: 'is launched or failed only when it was assigned',
    holds: ({ after, memory: { launches } }) =>
      after.status !== 'done' ||
      (isIn(after.value, 'launched') || isIn(after.value, 'failed')) === (launches === 1),
  },
  {
    title: 'ends with the verdict of its state, and says why',
    holds: ({ after }) =>
      after.status !== 'done' ||
      (after.output?.kind === after.value &&
        (after.output.kind === 'launched') === (after.output.reason === '')),
  },
  {
    title: 'asks the handler at most once',
    holds: ({ before, started }) =>
      started.length === 0 || !before || before.children.handler === undefined,
  },
];

const through = (input: Partial<typeof capacity>): Walk<Machine, Memory> => ({
  input: {
    offer: offerOf('job-1'),
    capacity: { ...capacity, ...input },
    requestFnc: undefined,
    timeouts: { requestMs: 2_000, answerMs: 2_000, assignmentMs: 7_500, launchMs: 16_000 },
    workerId: 'AW_1',
  },
  events: [
    {
      type: 'handler.accepted',
      elapsedMs: 5,
      at: 1_700_000_000_000,
      call: 1,
      participation: { name: 'a', identity: 'b', metadata: '', attributes: {} },
    },
    {
      type: 'handler.accepted',
      elapsedMs: 5_000,
      at: 1_700_000_000_000,
      call: 1,
      participation: { name: 'a', identity: 'b', metadata: '', attributes: {} },
    },
    { type: 'handler.rejected', call: 2, terminate: false },
    { type: 'handler.rejected', call: 3, terminate: true },
    { type: 'handler.returned' },
    { type: 'handler.threw', error: failure },
    { type: 'answer.written' },
    { type: 'assignment.received', assignment: assignmentOf('job-1') },
    { type: 'job.started' },
    { type: 'job.unstartable', error: failure },
    { type: 'job.terminated' },
    { type: 'link.lost' },
    { type: 'withdraw' },
    { type: 'cancel' },
    { type: 'xstate.error.actor.handler', error: new Error('broke'), actorId: 'handler' },
  ],
  memory: {
    initial: { yes: 0, no: 0, launches: 0 },
    next: ({ yes, no, launches }, step) => {
      const answers = toldParent(step, 'request.answered');
      return {
        yes: yes + answers.filter(({ available }) => available).length,
        no: no + answers.filter(({ available }) => !available).length,
        launches: launches + toldParent(step, 'request.assigned').length,
      };
    },
  },
  invariants,
});

/** Ways through an offer: free, refused for each kind of capacity, refused by its policy. */
export const paths: readonly Walk<Machine, Memory>[] = [
  through({}),
  through({ accepting: false }),
  through({ reservedJobs: 2 }),
  through({ load: 0.7 }),
  {
    ...through({}),
    provide: (machine) => machine.provide({ guards: { acceptsJob: () => false } }),
  },
];
