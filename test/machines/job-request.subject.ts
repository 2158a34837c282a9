import { expect } from 'vitest';
import type { Failure } from '../../src/errors.js';
import type { Capacity, Launch, Participation } from '../../src/machines/job.types.js';
import type { jobRequestMachine } from '../../src/machines/job-request.machine.js';
import type {
  Command,
  Emitted,
  Fact,
  HandlerInput,
  Output,
  Screened,
  Timeouts,
} from '../../src/machines/job-request.types.js';
import type { Behaviour } from '../support/behaviour.js';
import { type FakeOptions, fakePort } from '../support/fake-ports.js';
import { run, taken } from '../support/run-machine.js';
import { assignmentOf, offerOf } from '../support/samples.js';

export type Machine = typeof jobRequestMachine;
export type Promised = Behaviour<Machine>;
export type Guard = (_: unknown, screened: Screened) => boolean;

interface Setup extends FakeOptions {
  readonly capacity?: Partial<Capacity>;
  readonly timeouts?: Partial<Timeouts>;
  readonly guards?: { readonly hasCapacity?: Guard; readonly acceptsJob?: Guard };
  readonly alone?: boolean;
}

export const offer = offerOf('job-1');
export const assignment = assignmentOf('job-1');
export const requestFnc = () => {};
export const free: Capacity = {
  activeJobs: 0,
  reservedJobs: 0,
  openOffers: 0,
  jobsInRoom: 0,
  acceptedAt: [],
  maxJobs: Number.POSITIVE_INFINITY,
  load: 0,
  loadThreshold: 0.7,
  accepting: true,
};
export const inputOf = ({ capacity = {}, timeouts = {} }: Setup) => ({
  offer,
  capacity: { ...free, ...capacity },
  requestFnc,
  timeouts: {
    requestMs: 2_000,
    answerMs: 1_000,
    assignmentMs: 7_500,
    launchMs: 16_000,
    ...timeouts,
  },
  workerId: 'AW_1',
});

/** An offer whose handler is this test. */
export const start = (machine: Machine, setup: Setup = {}) => {
  const { guards = {}, alone = false, ...more } = setup;
  const handler = fakePort<Command, HandlerInput, Fact>(more);
  const provided = machine.provide({ actors: { requestHandler: handler.logic }, guards });
  return { ...run(provided, { id: 'req.3', input: inputOf(setup), alone }), handler };
};
export type Subject = ReturnType<typeof start>;

const participation: Participation = {
  name: 'Ada',
  identity: 'ada',
  metadata: 'm',
  attributes: { tone: 'dry' },
};
export const acceptCall = {
  type: 'handler.accepted',
  call: 1,
  elapsedMs: 5,
  at: 1_700_000_000_000,
  participation,
} as const;
export const assigned = { type: 'assignment.received', assignment } as const;

export const yes = {
  available: true,
  terminate: false,
  participation,
  at: acceptCall.at,
} as const;
export const no = {
  available: false,
  terminate: false,
  participation: undefined,
  at: undefined,
} as const;
export const answered = (answer: typeof yes | typeof no): Emitted => ({
  type: 'request.answered',
  jobId: 'job-1',
  ...answer,
});
export const accepted: Emitted = { type: 'request.accepted', jobId: 'job-1' };
export const launch: Launch = {
  jobId: 'job-1',
  url: assignment.url,
  token: assignment.token,
  record: offer.record,
  participation,
  workerId: 'AW_1',
};
export const launches: Emitted = { type: 'request.assigned', launch };

export const confirm = (stage: 'answered' | 'assigned' | 'launched') => ({
  type: 'confirm',
  stage,
});
export const over = (reason: string, code = 'ERR_REQUEST_EXPIRED') => ({
  type: 'fail',
  error: { code, message: `This offer is over: ${reason}` },
});
export const twice: Failure = {
  code: 'ERR_ALREADY_ANSWERED',
  message: 'This offer is already answered. Call accept() or reject() once.',
};
export const ended = (kind: Output['kind'], reason = ''): Output => ({
  jobId: 'job-1',
  kind,
  reason,
});

/** The states between the offer and its end, and how an offer gets there. */
export const until = {
  deciding: () => {},
  accepting: ({ handler }: Subject) => handler.say(acceptCall),
  awaitingAssignment: (subject: Subject) => {
    until.accepting(subject);
    subject.send({ type: 'answer.written' });
  },
  launching: (subject: Subject) => {
    until.awaitingAssignment(subject);
    subject.send(assigned);
  },
};
export type Open = keyof typeof until;

/** An offer in one of them, with nothing recorded yet. */
export const startIn = (state: Open, machine: Machine, setup?: Setup) => {
  const subject = start(machine, setup);
  until[state](subject);
  expect(subject.value()).toBe(state);
  taken(subject.toParent);
  taken(subject.handler.told);
  return subject;
};

/** No handler, no timer, no child. */
export const nothingIsLeft = ({ children, handler, timers }: Subject) => {
  expect(children()).toEqual([]);
  expect(handler.live).toEqual([]);
  expect(timers()).toEqual([]);
};
