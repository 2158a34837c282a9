import fc from 'fast-check';
import { expect } from 'vitest';
import { failure, offerOf } from '../support/samples.js';
import {
  accepted,
  closed,
  type Link,
  type Machine,
  nothingIsLeft,
  opened,
  type Promised,
  ponged,
  refused,
  registerFrame,
  report,
  start,
  status,
} from './connection.subject.js';

/** Whatever may happen to a link, in whatever order; a fact needs a socket to come from. */
const happenings: Readonly<Record<string, (link: Link, index: number) => void>> = {
  open: ({ socket, value }) => value() === 'connecting' && socket.say(opened),
  register: ({ socket }) => socket.say(accepted),
  refuse: ({ socket }) => socket.say(refused(503)),
  lock: ({ socket }) => socket.say(refused(401)),
  close: ({ socket }) => socket.say(closed()),
  fail: ({ socket }) => socket.say({ type: 'socket.failed', error: failure, jitter: 0.1 }),
  hear: ({ socket }) => socket.say({ type: 'socket.heard' }),
  pong: ({ context, socket }) => socket.say(ponged(context().ref)),
  latePong: ({ context, socket }) => socket.say(ponged(context().ref - 1)),
  garble: ({ socket }) => socket.say({ type: 'frame.malformed' }),
  offer: ({ socket }) => socket.say({ type: 'server.offered', offer: offerOf('job-1') }),
  run: ({ send }, index) => send(status(`job-${index}`, 'running')),
  end: ({ send }, index) => send(status(`job-${index}`)),
  report: ({ send }, index) => send(report(0, index % 2 === 0 ? [] : ['job-1'])),
  leave: ({ send }) => send({ type: 'close' }),
  wait: ({ advance }) => advance(300),
  waitLong: ({ advance }) => advance(5_000),
};

function holdsAnyway(machine: Machine, order: readonly string[]): void {
  const link = start(machine, { maxRetry: 1 });
  const { context, emitted, output, send, socket, status: state, toParent, value } = link;
  const ending: string[] = [];
  for (const [index, name] of order.entries()) {
    if (state() !== 'active') break;
    const fromSocket = !['run', 'end', 'report', 'leave', 'wait', 'waitLong'].includes(name);
    if (fromSocket && socket.live.length === 0) continue;
    if (name === 'end') ending.push(`job-${index}`);
    happenings[name]?.(link, index);
    if (state() !== 'active') break;
    expect(socket.live).toHaveLength(value() === 'backoff' ? 0 : 1);
  }

  const kept = context().outbox.flatMap((one) => (one.status === 'running' ? [] : [one.jobId]));
  const told = toParent.flatMap((event) => (event.type === 'link.delivered' ? [event.jobId] : []));
  expect([...told, ...kept]).toEqual(ending);
  expect(emitted).toEqual(toParent);
  for (const { told: commands } of socket.instances) {
    const first = commands[0];
    expect(first === undefined || (first.type === 'send' && first.message)).toEqual(
      first === undefined ? true : registerFrame.message,
    );
    expect(commands.filter((it) => it.type === 'send' && it.message.kind === 'register')).toEqual(
      first === undefined ? [] : [registerFrame],
    );
  }

  if (state() === 'active') send(report(0));
  if (state() === 'active') send({ type: 'close' });
  link.advance(60_000);
  expect(state()).toBe('done');
  expect(output()?.undelivered).toBe(context().outbox.length);
  nothingIsLeft(link);
}

const ways: readonly (readonly string[])[] = [
  [],
  ['open'],
  ['open', 'register'],
  ['open', 'register', 'close'],
  ['open', 'register', 'end', 'leave'],
];

/** What holds in whatever order things happen. */
export const always: readonly Promised[] = [
  {
    title:
      'loses no status, registers first on every socket and ends, in whatever order (F-35, N-20)',
    run: (machine) => {
      const names = fc.constantFrom(...Object.keys(happenings), 'open', 'register');
      const orders = fc.tuple(fc.constantFrom(...ways), fc.array(names, { maxLength: 20 }));

      fc.assert(
        fc.property(orders, ([way, rest]) => holdsAnyway(machine, [...way, ...rest])),
        { numRuns: 200 },
      );
    },
  },
];
