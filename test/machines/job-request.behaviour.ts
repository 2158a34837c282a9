import fc from 'fast-check';
import { expect } from 'vitest';
import type { Failure } from '../../src/errors.js';
import type { Capacity, Launch, Participation } from '../../src/machines/job.types.js';
import type { jobRequestMachine } from '../../src/machines/job-request.machine.js';
import type {
  Command,
  Emitted,
  Event,
  Fact,
  HandlerInput,
  Output,
  Screened,
  Timeouts,
} from '../../src/machines/job-request.types.js';
import { Secret } from '../../src/secret.js';
import type { Behaviour } from '../support/behaviour.js';
import { type FakeOptions, fakePort } from '../support/fake-ports.js';
import { run, taken } from '../support/run-machine.js';
import { assignmentOf, failure, offerOf } from '../support/samples.js';

type Machine = typeof jobRequestMachine;
type Promised = Behaviour<Machine>;
type Guard = (_: unknown, screened: Screened) => boolean;

interface Setup extends FakeOptions {
  readonly capacity?: Partial<Capacity>;
  readonly timeouts?: Partial<Timeouts>;
  readonly guards?: { readonly hasCapacity?: Guard; readonly acceptsJob?: Guard };
  readonly alone?: boolean;
}

const offer = offerOf('job-1');
const assignment = assignmentOf('job-1');
const requestFnc = () => {};
const free: Capacity = {
  activeJobs: 0,
  reservedJobs: 0,
  jobsInRoom: 0,
  maxJobs: Number.POSITIVE_INFINITY,
  load: 0,
  loadThreshold: 0.7,
  accepting: true,
};
const inputOf = ({ capacity = {}, timeouts = {} }: Setup) => ({
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

const start = (machine: Machine, setup: Setup = {}) => {
  const { guards = {}, alone = false, ...more } = setup;
  const handler = fakePort<Command, HandlerInput, Fact>(more);
  const provided = machine.provide({ actors: { requestHandler: handler.logic }, guards });
  return { ...run(provided, { id: 'req.3', input: inputOf(setup), alone }), handler };
};
type Subject = ReturnType<typeof start>;

const participation: Participation = {
  name: 'Ada',
  identity: 'ada',
  metadata: 'm',
  attributes: { tone: 'dry' },
};
const acceptCall = { type: 'handler.accepted', call: 1, participation } as const;
const assigned = { type: 'assignment.received', assignment } as const;

const yes = { available: true, terminate: false, participation } as const;
const no = { available: false, terminate: false, participation: undefined } as const;
const answered = (answer: typeof yes | typeof no): Emitted => ({
  type: 'request.answered',
  jobId: 'job-1',
  ...answer,
});
const accepted: Emitted = { type: 'request.accepted', jobId: 'job-1' };
const launch: Launch = {
  jobId: 'job-1',
  url: assignment.url,
  token: assignment.token,
  record: offer.record,
  participation,
  workerId: 'AW_1',
};
const launches: Emitted = { type: 'request.assigned', launch };

const confirm = (stage: 'answered' | 'assigned' | 'launched') => ({ type: 'confirm', stage });
const over = (reason: string, code = 'ERR_REQUEST_EXPIRED') => ({
  type: 'fail',
  error: { code, message: `This offer is over: ${reason}` },
});
const twice: Failure = {
  code: 'ERR_ALREADY_ANSWERED',
  message: 'This offer is already answered. Call accept() or reject() once.',
};
const ended = (kind: Output['kind'], reason = ''): Output => ({ jobId: 'job-1', kind, reason });

/** The states between the offer and its end, and how an offer gets there. */
const until = {
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
type Open = keyof typeof until;

const startIn = (state: Open, machine: Machine, setup?: Setup) => {
  const subject = start(machine, setup);
  until[state](subject);
  expect(subject.value()).toBe(state);
  taken(subject.toParent);
  taken(subject.handler.told);
  return subject;
};

const nothingIsLeft = ({ children, handler, timers }: Subject) => {
  expect(children()).toEqual([]);
  expect(handler.live).toEqual([]);
  expect(timers()).toEqual([]);
};

const life: readonly Promised[] = [
  {
    title: 'gives the handler the offer and the function that decides',
    run: (machine) => {
      const { children, handler, has, toParent, value } = start(machine);

      expect(value()).toBe('deciding');
      expect([has('undecided'), has('accepted')]).toEqual([true, false]);
      expect(children()).toEqual(['handler']);
      expect(handler.inputs).toEqual([{ offer, requestFnc }]);
      expect(toParent).toEqual([]);
    },
  },
  {
    title: 'says yes, is accepted when that is written, launches when assigned, and is launched',
    run: (machine) => {
      const subject = start(machine);
      const { handler, has, output, send, toParent } = subject;

      handler.say(acceptCall);
      expect(taken(toParent)).toEqual([answered(yes)]);
      expect(taken(handler.told)).toEqual([]);
      expect([has('undecided'), has('accepted')]).toEqual([false, true]);

      send({ type: 'answer.written' });
      expect(taken(toParent)).toEqual([accepted]);
      expect(taken(handler.told)).toEqual([confirm('answered')]);
      expect(has('accepted')).toBe(true);

      send(assigned);
      expect(taken(toParent)).toEqual([launches]);
      expect(taken(handler.told)).toEqual([confirm('assigned')]);
      expect(has('accepted')).toBe(true);

      send({ type: 'job.started' });
      expect(taken(toParent)).toEqual([]);
      expect(taken(handler.told)).toEqual([confirm('launched'), { type: 'fail', error: twice }]);
      expect(output()).toEqual(ended('launched'));
      nothingIsLeft(subject);
    },
  },
  {
    title: 'takes an assignment that is faster than the word that its answer left',
    run: (machine) => {
      const { handler, send, toParent, value } = startIn('accepting', machine);

      send(assigned);
      send({ type: 'answer.written' });

      expect(value()).toBe('launching');
      expect(toParent).toEqual([accepted, launches]);
      expect(handler.told).toEqual([confirm('answered'), confirm('assigned')]);
    },
  },
  {
    title: 'launches with the job record of the assignment when it has one',
    run: (machine) => {
      const { send, toParent } = startIn('awaitingAssignment', machine);
      const record = new Secret('newer');

      send({ type: 'assignment.received', assignment: { ...assignment, record } });

      const [told] = toParent;
      expect(told).toEqual({ type: 'request.assigned', launch: { ...launch, record } });
      expect(told?.launch.record).toBe(record);
    },
  },
  {
    title: 'launches once, however often it is assigned',
    run: (machine) => {
      const { handler, send, toParent, value } = startIn('launching', machine);

      for (let n = 0; n < 5; n += 1) send(assigned);

      expect(value()).toBe('launching');
      expect([toParent, handler.told]).toEqual([[], []]);
    },
  },
  {
    title: 'runs without a parent, and emits what it would tell it',
    run: (machine) => {
      const { emitted, handler, output, send } = start(machine, { alone: true });

      handler.say(acceptCall);
      send({ type: 'answer.written' });
      send(assigned);
      send({ type: 'job.started' });

      expect(emitted).toEqual([answered(yes), accepted, launches]);
      expect(output()).toEqual(ended('launched'));
    },
  },
  {
    title: 'emits what it tells its parent',
    run: (machine) => {
      const { emitted, handler, send, toParent } = start(machine);

      handler.say(acceptCall);
      handler.say({ type: 'handler.threw', error: failure });
      send({ type: 'answer.written' });
      send(assigned);

      expect(toParent.map(({ type }) => type)).toEqual([
        'request.answered',
        'request.threw',
        'request.accepted',
        'request.assigned',
      ]);
      expect(emitted).toEqual(toParent);
    },
  },
];

const edge = { activeJobs: 2, reservedJobs: 1, maxJobs: 4, load: 0.69, loadThreshold: 0.7 };

const refusesFor = (why: string, capacity: Partial<Capacity>): Promised => ({
  title: `refuses at once, and asks nobody, ${why}`,
  run: (machine) => {
    const asked: string[] = [];
    const acceptsJob = () => asked.push('acceptsJob') > 0;
    const subject = start(machine, { capacity, guards: { acceptsJob } });

    expect(subject.output()).toEqual(ended('rejected', 'no capacity'));
    expect(subject.toParent).toEqual([answered(no)]);
    expect([asked, subject.handler.instances]).toEqual([[], []]);
    nothingIsLeft(subject);
  },
});

const breaksWith = (guard: 'hasCapacity' | 'acceptsJob', alone: boolean): Promised => ({
  title: `breaks, and answers nothing, when ${guard} throws ${alone ? 'in a root' : 'in a child'}`,
  run: (machine) => {
    const refuse = () => {
      throw new Error('the policy broke');
    };
    const {
      emitted,
      failure: error,
      handler,
      status,
      toParent,
    } = start(machine, {
      alone,
      guards: { [guard]: refuse },
    });

    expect(String(error())).toContain('the policy broke');
    expect(status()).toBe('error');
    expect([toParent, emitted, handler.instances]).toEqual([[], [], []]);
  },
});

const policies: readonly Promised[] = [
  refusesFor('while the worker takes no jobs', { accepting: false }),
  refusesFor('when every place is taken or reserved', { ...edge, maxJobs: 3 }),
  refusesFor('with a limit of no jobs', { maxJobs: 0 }),
  refusesFor('at the threshold of load', { ...edge, load: 0.7 }),
  {
    title: 'takes the last free place, below the threshold of load',
    run: (machine) => {
      expect(start(machine, { capacity: edge }).value()).toBe('deciding');
    },
  },
  {
    title: 'asks for capacity first, then the policy, then the handler, with offer and capacity',
    run: (machine) => {
      const asked: [string, Screened][] = [];
      const ask = (name: string) => (_: unknown, screened: Screened) =>
        asked.push([name, screened]) > 0;
      const { handler } = start(machine, {
        guards: { hasCapacity: ask('hasCapacity'), acceptsJob: ask('acceptsJob') },
      });

      expect(asked).toEqual([
        ['hasCapacity', { offer, capacity: free }],
        ['acceptsJob', { offer, capacity: free }],
      ]);
      expect(handler.instances).toHaveLength(1);
    },
  },
  {
    title: 'lets a policy of the user count differently',
    run: (machine) => {
      const hasCapacity: Guard = (_, { capacity }) => capacity.jobsInRoom < 1;
      const guards = { hasCapacity };

      expect(start(machine, { guards, capacity: { accepting: false } }).value()).toBe('deciding');
      expect(start(machine, { guards, capacity: { jobsInRoom: 1 } }).output()).toEqual(
        ended('rejected', 'no capacity'),
      );
    },
  },
  {
    title: 'refuses what its policy refuses, and does not ask the handler',
    run: (machine) => {
      const subject = start(machine, { guards: { acceptsJob: () => false } });

      expect(subject.output()).toEqual(ended('rejected', 'refused by policy'));
      expect(subject.toParent).toEqual([answered(no)]);
      expect(subject.handler.instances).toEqual([]);
      nothingIsLeft(subject);
    },
  },
  breaksWith('hasCapacity', false),
  breaksWith('acceptsJob', false),
  breaksWith('acceptsJob', true),
];

interface End {
  readonly when: string;
  readonly event: Event;
  readonly output: Output;
  readonly toParent?: readonly Emitted[];
  readonly told: readonly object[];
}

const ends = (state: Open, { when, event, output, toParent = [], told }: End): Promised => ({
  title: `is ${output.kind} when ${when} while it is ${state}`,
  run: (machine) => {
    const subject = startIn(state, machine);

    subject.send(event);

    expect(subject.output()).toEqual(output);
    expect(subject.toParent).toEqual(toParent);
    expect(subject.handler.told).toEqual(told);
    nothingIsLeft(subject);
  },
});

/** A refusal whose reason reaches the handler, too. */
const refusal = (when: string, event: Event, reason: string): Promised =>
  ends('deciding', {
    when,
    event,
    output: ended('rejected', reason),
    toParent: [answered(no)],
    told: [over(reason)],
  });

const loss = (state: Open, when: string, event: Event, reason: string, code?: string): Promised =>
  ends(state, {
    when,
    event,
    output: ended(state === 'launching' ? 'failed' : 'expired', reason),
    told: [over(reason, code)],
  });

const rejection = (terminate: boolean): Promised =>
  ends('deciding', {
    when: `its handler rejects it${terminate ? ' for everybody' : ''}`,
    event: { type: 'handler.rejected', call: 1, terminate },
    output: ended('rejected', 'refused by requestFnc'),
    toParent: [answered({ ...no, terminate } as typeof no)],
    told: [confirm('answered'), { type: 'fail', error: twice }],
  });

const waits = (state: Open, ms: number, output: Output, code?: string): Promised => ({
  title: `gives up ${state} after its time, and not before`,
  run: (machine) => {
    const subject = startIn(state, machine);
    const { advance, handler, timers } = subject;

    expect(timers()).toEqual([ms]);
    advance(ms - 1);
    expect(subject.value()).toBe(state);
    advance(1);

    expect(subject.output()).toEqual(output);
    expect(subject.toParent).toEqual(output.kind === 'rejected' ? [answered(no)] : []);
    expect(handler.told).toEqual([over(output.reason, code)]);
    nothingIsLeft(subject);
  },
});

const endings: readonly Promised[] = [
  rejection(false),
  rejection(true),
  refusal(
    'its handler returns',
    { type: 'handler.returned' },
    'requestFnc returned without an answer',
  ),
  ends('deciding', {
    when: 'its handler throws',
    event: { type: 'handler.threw', error: failure },
    output: ended('rejected', 'requestFnc threw'),
    toParent: [{ type: 'request.threw', jobId: 'job-1', error: failure }, answered(no)],
    told: [over('requestFnc threw')],
  }),
  refusal('the server ends the job', { type: 'job.terminated' }, 'ended by the server'),
  refusal('its worker drains', { type: 'withdraw' }, 'the worker is draining'),
  refusal('its worker stops', { type: 'cancel' }, 'the worker is stopping'),
  // The connection that asked is gone, so there is nobody to answer.
  loss('deciding', 'its connection is lost', { type: 'link.lost' }, 'the connection was lost'),
  waits('deciding', 2_000, ended('rejected', 'requestFnc did not answer in time')),

  loss(
    'accepting',
    'its connection is lost',
    { type: 'link.lost' },
    'the connection was lost',
    'ERR_ANSWER_NOT_SENT',
  ),
  loss('accepting', 'the server ends the job', { type: 'job.terminated' }, 'ended by the server'),
  loss('accepting', 'its worker stops', { type: 'cancel' }, 'the worker is stopping'),
  waits(
    'accepting',
    1_000,
    ended('expired', 'the answer could not be written'),
    'ERR_ANSWER_NOT_SENT',
  ),

  loss(
    'awaitingAssignment',
    'its connection is lost',
    { type: 'link.lost' },
    'the connection was lost',
  ),
  loss(
    'awaitingAssignment',
    'the server ends the job',
    { type: 'job.terminated' },
    'ended by the server',
  ),
  loss('awaitingAssignment', 'its worker stops', { type: 'cancel' }, 'the worker is stopping'),
  waits(
    'awaitingAssignment',
    7_500,
    ended('expired', 'the server sent no assignment in time'),
    'ERR_ASSIGNMENT_TIMEOUT',
  ),

  loss(
    'launching',
    'no process can start the job',
    { type: 'job.unstartable', error: failure },
    'something broke',
    'ERR_LAUNCH_FAILED',
  ),
  loss(
    'launching',
    'the server ends the job',
    { type: 'job.terminated' },
    'ended by the server',
    'ERR_LAUNCH_FAILED',
  ),
  loss(
    'launching',
    'its worker stops',
    { type: 'cancel' },
    'the worker stopped before the job started',
    'ERR_LAUNCH_FAILED',
  ),
  waits(
    'launching',
    16_000,
    ended('failed', 'no process could start the job in time'),
    'ERR_LAUNCH_FAILED',
  ),
];

const goesOn = (state: Open, when: string, events: readonly Event[]): Promised => ({
  title: `goes on ${state} when ${when}`,
  run: (machine) => {
    const { handler, send, timers, toParent, value } = startIn(state, machine);
    const left = timers();

    for (const event of events) send(event);

    expect(value()).toBe(state);
    expect([toParent, handler.told]).toEqual([[], []]);
    expect(timers()).toEqual(left);
  },
});

const refusesCalls = (state: Exclude<Open, 'deciding'>): Promised => ({
  title: `refuses every further call of its handler while it is ${state}`,
  run: (machine) => {
    const { handler, toParent, value } = startIn(state, machine);

    handler.say({ ...acceptCall, call: 2 });
    handler.say({ type: 'handler.rejected', call: 3, terminate: true });

    expect(handler.told).toEqual([
      { type: 'refuse', call: 2, error: twice },
      { type: 'refuse', call: 3, error: twice },
    ]);
    expect(toParent).toEqual([]);
    expect(value()).toBe(state);
  },
});

const reportsThrow = (state: Exclude<Open, 'deciding'>): Promised => ({
  title: `tells that its handler threw while it is ${state}, and lets the answer stand`,
  run: (machine) => {
    const { handler, toParent, value } = startIn(state, machine);

    handler.say({ type: 'handler.threw', error: failure });

    expect(toParent).toEqual([{ type: 'request.threw', jobId: 'job-1', error: failure }]);
    expect(value()).toBe(state);
  },
});

const handlers: readonly Promised[] = [
  goesOn('accepting', 'its worker drains or its handler returns', [
    { type: 'withdraw' },
    { type: 'handler.returned' },
  ]),
  goesOn('awaitingAssignment', 'its worker drains', [{ type: 'withdraw' }]),
  goesOn('launching', 'its worker drains or its connection is lost', [
    { type: 'withdraw' },
    { type: 'link.lost' },
  ]),
  refusesCalls('accepting'),
  refusesCalls('awaitingAssignment'),
  refusesCalls('launching'),
  reportsThrow('accepting'),
  reportsThrow('awaitingAssignment'),
  reportsThrow('launching'),
  {
    title: 'keeps its answer when the handler breaks after it',
    run: (machine) => {
      const { handler, output, send, toParent } = startIn('accepting', machine);

      handler.fail(new Error('broke'));
      send({ type: 'answer.written' });
      send(assigned);
      send({ type: 'job.started' });

      expect(toParent).toEqual([accepted, launches]);
      expect(output()).toEqual(ended('launched'));
    },
  },
  {
    title: 'is rejected when its handler breaks before an answer',
    run: (machine) => {
      const subject = startIn('deciding', machine);

      subject.handler.fail(new Error('broke\nat some place'));

      expect(subject.output()).toEqual(ended('rejected', 'broke'));
      expect(subject.toParent).toEqual([answered(no)]);
      nothingIsLeft(subject);
    },
  },
  {
    title: 'is rejected when its handler does not start',
    run: (machine) => {
      const { output, toParent } = start(machine, { failsAtStart: new Error('no handler') });

      expect(output()).toEqual(ended('rejected', 'no handler'));
      expect(toParent).toEqual([answered(no)]);
    },
  },
  {
    title: 'names the actor that it was not given, and answers no',
    run: (machine) => {
      for (const alone of [true, false]) {
        const { emitted, output } = run(machine, { input: inputOf({}), alone });

        expect(output()).toEqual(
          ended(
            'rejected',
            'The actor "requestHandler" is missing. Provide it with machine.provide({ actors: { requestHandler } }), or import the wired machine from "livekit-actors".',
          ),
        );
        expect(emitted).toEqual([answered(no)]);
      }
    },
  },
  {
    title: 'schedules nothing for a limit that is Infinity',
    run: (machine) => {
      const never = Number.POSITIVE_INFINITY;
      const timeouts = { requestMs: never, answerMs: never, assignmentMs: never, launchMs: never };

      for (const state of Object.keys(until) as Open[]) {
        const { advance, timers, value } = startIn(state, machine, { timeouts });

        expect(timers()).toEqual([]);
        advance(2 ** 40);
        expect(value()).toBe(state);
      }
    },
  },
];

/** Whatever may happen to an offer, in whatever order; time is one of it. */
const happenings: Readonly<Record<string, (subject: Subject, call: number) => void>> = {
  accept: ({ handler }, call) => handler.say({ ...acceptCall, call }),
  reject: ({ handler }, call) =>
    handler.say({ type: 'handler.rejected', call, terminate: call % 2 === 0 }),
  return: ({ handler }) => handler.say({ type: 'handler.returned' }),
  throw: ({ handler }) => handler.say({ type: 'handler.threw', error: failure }),
  write: ({ send }) => send({ type: 'answer.written' }),
  assign: ({ send }) => send(assigned),
  start: ({ send }) => send({ type: 'job.started' }),
  cannotStart: ({ send }) => send({ type: 'job.unstartable', error: failure }),
  terminate: ({ send }) => send({ type: 'job.terminated' }),
  disconnect: ({ send }) => send({ type: 'link.lost' }),
  drain: ({ send }) => send({ type: 'withdraw' }),
  stop: ({ send }) => send({ type: 'cancel' }),
  wait: ({ advance }) => advance(900),
  waitLong: ({ advance }) => advance(7_500),
};

function holdsAnyway(machine: Machine, order: readonly string[]): void {
  const subject = start(machine);
  const { emitted, handler, output, status, toParent } = subject;
  const happened: string[] = [];
  for (const [index, name] of order.entries()) {
    if (status() !== 'active') break;
    happenings[name]?.(subject, index + 1);
    happened.push(name);
  }
  subject.advance(60_000);

  const answers = toParent.filter(({ type }) => type === 'request.answered');
  const told = (type: string) => toParent.filter((event) => event.type === type).length;
  const kind = output()?.kind;
  const wasYes = answers[0]?.available === true;
  expect(status()).toBe('done');
  expect(answers.length === 1 || happened.at(-1) === 'disconnect').toBe(true);
  expect(answers.length).toBeLessThanOrEqual(1);
  expect(kind === 'rejected').toBe(answers.length === 1 && !wasYes);
  expect(told('request.assigned')).toBe(kind === 'launched' || kind === 'failed' ? 1 : 0);
  expect(told('request.accepted')).toBeLessThanOrEqual(wasYes ? 1 : 0);
  expect(told('request.accepted')).toBeGreaterThanOrEqual(told('request.assigned'));
  expect(kind === 'launched').toBe(output()?.reason === '');
  expect(emitted).toEqual(toParent);
  const calls = happened.filter((name) => name === 'accept' || name === 'reject').length;
  const refused = handler.told.filter(({ type }) => type === 'refuse').length;
  expect(refused).toBe(Math.max(0, calls - 1));
  expect(handler.told.filter(({ type }) => type === 'fail')).toHaveLength(1);
  nothingIsLeft(subject);
}

const ways: readonly (readonly string[])[] = [
  [],
  ['accept'],
  ['accept', 'write'],
  ['accept', 'write', 'assign'],
];

const always: readonly Promised[] = [
  {
    title: 'answers once, launches once and ends, in whatever order things happen',
    run: (machine) => {
      const names = fc.constantFrom(...Object.keys(happenings));
      const orders = fc.tuple(fc.constantFrom(...ways), fc.array(names, { maxLength: 12 }));

      fc.assert(
        fc.property(orders, ([way, rest]) => holdsAnyway(machine, [...way, ...rest])),
        { numRuns: 200 },
      );
    },
  },
];

/** What an offer's life promises. */
export const behaviours: readonly Promised[] = [
  ...life,
  ...policies,
  ...endings,
  ...handlers,
  ...always,
];
