import { expect } from 'vitest';
import { taken } from '../support/run-machine.js';
import {
  closed,
  closedError,
  failed,
  type Link,
  type Promised,
  register,
  report,
  start,
  startIn,
  status,
  unreachable,
} from './connection.subject.js';

/** Lets the next attempt fail at once. */
const miss = (link: Link, jitter = 0) => {
  link.socket.say(closed(jitter));
  link.advance(link.context().pauseMs);
};
const pauses = (link: Link) =>
  taken(link.toParent).flatMap((told) => (told.type === 'link.lost' ? [told.retryMs] : []));

/** How long a link waits, and how often it tries. */
export const backoff: readonly Promised[] = [
  {
    title: 'waits up to twice as long each time, and never more than 10 s (F-29)',
    run: (machine) => {
      const link = start(machine, { maxRetry: Number.POSITIVE_INFINITY });

      for (let n = 0; n < 7; n += 1) miss(link, 1);

      expect(pauses(link)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    },
  },
  {
    title: 'waits any part of the pause, as chance has it (F-29, R-A1)',
    run: (machine) => {
      const link = start(machine);

      for (const jitter of [0, 0.5, 0.25, 0.999]) miss(link, jitter);

      expect(pauses(link)).toEqual([0, 500, 500, 3_996]);
    },
  },
  {
    title: 'waits as long as the server asks, and its own pause behind that (R-A6)',
    run: (machine) => {
      const link = start(machine);

      link.socket.say({ type: 'socket.refused', status: 503, jitter: 1, retryAfterMs: 7_000 });

      expect(pauses(link)).toEqual([7_500]);
    },
  },
  {
    title: 'lets a server ask for a minute at most (R-A6)',
    run: (machine) => {
      const link = start(machine);

      link.socket.say({ type: 'socket.refused', status: 429, jitter: 0, retryAfterMs: 3_600_000 });

      expect(pauses(link)).toEqual([60_000]);
    },
  },
  {
    title: 'lets nobody keep it who is asked to close with a status to deliver',
    run: (machine) => {
      const link = start(machine);
      link.send(status('job-1'));
      link.send({ type: 'close' });

      link.socket.say({ type: 'socket.refused', status: 503, jitter: 1, retryAfterMs: 60_000 });

      expect(pauses(link)).toEqual([500]);
    },
  },
  {
    title: 'uses the last chance it heard of when time alone ended the attempt',
    run: (machine) => {
      const link = start(machine);

      miss(link, 0.1);
      link.advance(10_000);
      link.advance(100);
      link.socket.say({ type: 'socket.opened', jitter: 0.9 });
      link.advance(10_000);

      expect(pauses(link)).toEqual([50, 100, 1_800]);
    },
  },
  {
    title: 'starts with short pauses again only after 10 s of being registered (F-29, D-14, R-A12)',
    run: (machine) => {
      const link = start(machine);
      miss(link, 1);
      miss(link, 1);
      const stays = (ms: number) => {
        register(link);
        for (let at = 0; at < ms; at += 1_000) {
          link.socket.say({ type: 'socket.heard' });
          link.advance(Math.min(1_000, ms - at));
        }
        miss(link, 1);
      };

      stays(0);
      stays(9_999);
      stays(10_000);

      expect(pauses(link)).toEqual([500, 1_000, 2_000, 4_000, 500]);
    },
  },
  {
    title:
      'fails after maxRetry retries in a row, and a registration starts the count anew (F-29, O-10)',
    run: (machine) => {
      const link = start(machine, { maxRetry: 2 });
      miss(link);
      miss(link);
      register(link);
      link.socket.say(closed(0));
      link.advance(0);
      taken(link.toParent);

      miss(link);
      miss(link);
      expect(link.value()).toBe('connecting');
      link.socket.say(closed(0));

      const error = unreachable('3 attempts', closedError);
      expect(taken(link.toParent).slice(-1)).toEqual([failed(error)]);
      expect(link.output()).toEqual({ slot: 2, failure: error, undelivered: 0 });
    },
  },
  {
    title: 'does not give up while jobs run, and counts no attempt then (N-10)',
    run: (machine) => {
      const link = startIn('registered', machine, { maxRetry: 1 });
      link.send(report(0.1, ['job-1']));

      for (let n = 0; n < 20; n += 1) miss(link);
      expect(link.value()).toBe('connecting');

      link.send(report(0));
      miss(link);
      expect(link.value()).toBe('connecting');
      miss(link);
      expect(link.value()).toBe('failed');
    },
  },
  {
    title: 'tries for ever when maxRetry is Infinity (O-10)',
    run: (machine) => {
      const link = start(machine, { maxRetry: Number.POSITIVE_INFINITY });

      for (let n = 0; n < 100; n += 1) miss(link);

      expect(link.value()).toBe('connecting');
      expect(link.timers()).toEqual([10_000]);
    },
  },
];
