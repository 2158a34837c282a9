import fc from 'fast-check';
import { expect } from 'vitest';
import { failure } from '../support/samples.js';
import {
  acceptCall,
  assigned,
  type Machine,
  nothingIsLeft,
  type Promised,
  type Subject,
  start,
} from './job-request.subject.js';

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

/** What holds in whatever order things happen. */
export const always: readonly Promised[] = [
  {
    title:
      'answers once, launches once and ends, in whatever order things happen (F-52, N-5, R-C15)',
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
