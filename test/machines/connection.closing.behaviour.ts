import { expect } from 'vitest';
import type { Failure } from '../../src/errors.js';
import type { Fact } from '../../src/machines/connection.types.js';
import { taken } from '../support/run-machine.js';
import { failure, offerOf } from '../support/samples.js';
import {
  closed,
  closedError,
  comeBack,
  delivered,
  type Link,
  lost,
  type Machine,
  nothingIsLeft,
  open,
  type Promised,
  ping,
  ponged,
  register,
  registerFrame,
  report,
  start,
  startIn,
  status,
  statusFrame,
} from './connection.subject.js';

const closesAtOnce = (where: string, getThere: (link: Link) => void): Promised => ({
  title: `closes at once when asked to ${where}`,
  run: (machine) => {
    const link = start(machine);
    getThere(link);
    taken(link.toParent);

    link.send({ type: 'close' });

    expect(link.value()).toBe('closed');
    expect(link.output()).toMatchObject({ slot: 2, undelivered: 0 });
    expect(link.toParent).toEqual([]);
    nothingIsLeft(link);
  },
});

const startClosing = (machine: Machine, statuses: readonly string[] = []) => {
  const link = startIn('registered', machine);
  for (const jobId of statuses) link.send(status(jobId));
  taken(link.socket.told);
  link.send({ type: 'close' });
  return link;
};
const isClosed = (link: Link, undelivered = 0, failure: Failure | undefined = undefined) => {
  expect(link.value()).toBe('closed');
  expect(link.output()).toEqual({ slot: 2, failure, undelivered });
  nothingIsLeft(link);
};
const socketEnds = [
  ['is closed', closed(), closedError],
  ['fails', { type: 'socket.failed', error: failure, jitter: 0.5 }, failure],
] as const;

const endsWith = (how: string, fact: Fact): Promised => ({
  title: `is closed when the socket ${how} while it says goodbye`,
  run: (machine) => {
    const flushing = startClosing(machine);
    flushing.socket.say(fact);
    isClosed(flushing);

    const leaving = startClosing(machine, ['job-1']);
    leaving.advance(500);
    leaving.socket.say(fact);
    isClosed(leaving, 1);
  },
});

const flushesAgain = (how: string, fact: Fact, error: Failure): Promised => ({
  title: `comes back to deliver a status when the socket ${how} before the pong, then closes (F-35)`,
  run: (machine) => {
    const link = startClosing(machine, ['job-1']);

    link.socket.say(fact);
    expect(link.value()).toBe('backoff');
    expect(taken(link.toParent)).toEqual([lost(error, 250)]);
    taken(link.socket.told);

    comeBack(link);
    expect(link.socket.told.slice(0, 3)).toEqual([registerFrame, statusFrame('job-1'), ping(1)]);
    link.socket.say(ponged(1));
    link.socket.say({ type: 'socket.closed', code: 1000, jitter: 0 });
    expect(link.toParent.slice(1)).toEqual([delivered('job-1')]);
    isClosed(link);
  },
});

/** How a link says goodbye. */
export const closing: readonly Promised[] = [
  closesAtOnce('while it connects', () => {}),
  closesAtOnce('while it registers', open),
  closesAtOnce('while it waits', ({ socket }) => socket.say(closed())),
  {
    title: 'closes the socket behind everything that it sent',
    run: (machine) => {
      const link = startClosing(machine);
      expect(link.value()).toEqual({ closing: 'flushing' });
      expect(taken(link.socket.told)).toEqual([ping(0)]);

      link.socket.say(ponged(0));
      expect(link.value()).toEqual({ closing: 'leaving' });
      expect(taken(link.socket.told)).toEqual([{ type: 'close' }]);

      link.socket.say({ type: 'socket.closed', code: 1000, jitter: 0 });
      expect(link.toParent).toEqual([]);
      isClosed(link);
    },
  },
  {
    title: 'does not close faster when asked twice',
    run: (machine) => {
      const link = startClosing(machine);

      link.send({ type: 'close' });
      expect(link.value()).toEqual({ closing: 'flushing' });
      link.socket.say(ponged(0));
      link.send({ type: 'close' });
      expect(link.value()).toEqual({ closing: 'leaving' });
    },
  },
  {
    title: 'leaves when the last status has arrived, not before',
    run: (machine) => {
      const link = startClosing(machine, ['job-1']);
      link.send(status('job-2'));
      expect(link.socket.told).toEqual([ping(1), statusFrame('job-2'), ping(2)]);

      link.socket.say(ponged(1));
      expect(link.value()).toEqual({ closing: 'flushing' });
      expect(link.toParent).toEqual([delivered('job-1')]);

      link.socket.say(ponged(2));
      expect(link.value()).toEqual({ closing: 'leaving' });
      expect(link.toParent).toEqual([delivered('job-1'), delivered('job-2')]);
    },
  },
  {
    title: 'waits 500 ms for the pong and 500 ms for the close, and says what is undelivered',
    run: (machine) => {
      const link = startClosing(machine, ['job-1']);

      link.advance(499);
      expect(link.value()).toEqual({ closing: 'flushing' });
      link.advance(1);
      expect(link.value()).toEqual({ closing: 'leaving' });
      expect(link.socket.told).toEqual([ping(1), { type: 'close' }]);

      link.advance(499);
      expect(link.status()).toBe('active');
      link.advance(1);
      expect(link.toParent).toEqual([]);
      isClosed(link, 1);
    },
  },
  {
    title: 'counts a status as delivered when its pong comes while it leaves',
    run: (machine) => {
      const link = startClosing(machine, ['job-1']);
      link.advance(500);

      link.socket.say(ponged(1));
      link.advance(500);

      expect(link.toParent).toEqual([delivered('job-1')]);
      isClosed(link);
    },
  },
  {
    title: 'sends no report, and takes no offer, while it closes',
    run: (machine) => {
      const link = startClosing(machine);
      taken(link.socket.told);

      link.send(report(0.1));
      link.socket.say({ type: 'server.offered', offer: offerOf('job-1') });

      expect([link.socket.told, link.toParent]).toEqual([[], []]);
    },
  },
  ...socketEnds.map(([how, fact]) => endsWith(how, fact)),
  ...socketEnds.map(([how, fact, error]) => flushesAgain(how, fact, error)),
  {
    title: 'asked to close while it is away, comes back at once and delivers its statuses first',
    run: (machine) => {
      const link = startIn('registered', machine);
      link.socket.say(closed());
      link.send(status('job-1'));
      expect(link.value()).toBe('backoff');
      taken(link.socket.told);

      link.send({ type: 'close' });
      expect(link.value()).toBe('connecting');
      register(link);
      expect(link.value()).toEqual({ closing: 'flushing' });
      expect(link.socket.told).toEqual([registerFrame, statusFrame('job-1'), ping(1), ping(1)]);

      link.socket.say(ponged(1));
      link.socket.say({ type: 'socket.closed', code: 1000, jitter: 0 });
      isClosed(link);
    },
  },
  {
    title: 'hurries to come back while it leaves, and gives up 5 s after it was asked',
    run: (machine) => {
      const link = startIn('registered', machine);
      for (let losses = 0; losses < 5; losses += 1) {
        link.socket.say(closed(1));
        link.advance(10_000);
      }
      link.send(status('job-1'));
      link.send({ type: 'close' });
      link.toParent.splice(0);

      for (let losses = 0; losses < 9; losses += 1) {
        link.socket.say(closed(1));
        link.advance(500);
        expect(link.value()).toBe('connecting');
      }
      expect(link.toParent).toEqual(Array(9).fill(lost(closedError, 500)));

      link.send({ type: 'close' });
      link.advance(499);
      expect(link.status()).toBe('active');
      link.advance(1);
      expect(link.output()).toEqual({ slot: 2, failure: closedError, undelivered: 1 });
      nothingIsLeft(link);
    },
  },
  {
    title: 'gives up 5 s after it was asked, also when it had begun to say goodbye before',
    run: (machine) => {
      const link = startClosing(machine, ['job-1']);
      link.advance(400);
      link.socket.say(closed(0));
      link.advance(4_599);
      expect(link.value()).toBe('connecting');

      link.advance(1);
      isClosed(link, 1, closedError);
    },
  },
  {
    title: 'asked to close with a status to deliver, is closed and not failed without a retry left',
    run: (machine) => {
      const link = start(machine, { maxRetry: 0 });
      link.send(status('job-1'));
      link.send({ type: 'close' });

      link.socket.say(closed(0));
      expect(link.value()).toBe('backoff');
      link.advance(0);
      expect(link.value()).toBe('connecting');

      link.advance(5_000);
      isClosed(link, 1, closedError);
    },
  },
];
