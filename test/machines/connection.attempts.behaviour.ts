import { expect } from 'vitest';
import type { Failure } from '../../src/errors.js';
import type { Fact } from '../../src/machines/connection.types.js';
import { taken } from '../support/run-machine.js';
import { assignmentOf, failure, offerOf } from '../support/samples.js';
import {
  because,
  closed,
  closedError,
  failed,
  keyError,
  type Link,
  lost,
  nothingIsLeft,
  type Promised,
  refused,
  register,
  report,
  start,
  startIn,
  unreachable,
  until,
} from './connection.subject.js';

/** Ways to lose a link before it is registered. */
interface Miss {
  readonly when: string;
  readonly happens: (link: Link) => void;
  readonly error: Failure;
  /** Half of the first pause where the fact, or the last one before it, said 0.5. */
  readonly retryMs?: number;
}
const says =
  (fact: Fact) =>
  ({ socket }: Link) =>
    socket.say(fact);
const ends: readonly Miss[] = [
  {
    when: 'the socket fails',
    happens: says({ type: 'socket.failed', error: failure, jitter: 0.4 }),
    error: failure,
    retryMs: 200,
  },
  { when: 'the socket is closed', happens: says(closed()), error: closedError },
];
const misses: Readonly<Record<'connecting' | 'registering', readonly Miss[]>> = {
  connecting: [
    ...ends,
    ...[302, 429, 500, 503].map((code) => ({
      when: `the server answers ${code}`,
      happens: says(refused(code, 0.9)),
      error: because(`The server answered with HTTP ${code}.`),
      retryMs: 450,
    })),
    {
      when: 'no connection is there in 10 s',
      happens: ({ advance, value }) => {
        advance(9_999);
        expect(value()).toBe('connecting');
        advance(1);
      },
      error: because('The connection was not established in 10 s.'),
    },
  ],
  registering: [
    ...ends,
    ...(
      [
        ['an offer', { type: 'server.offered', offer: offerOf('job-1') }],
        ['an assignment', { type: 'server.assigned', assignment: assignmentOf('job-1') }],
        ['a termination', { type: 'server.terminated', jobId: 'job-1' }],
        ['an unreadable frame', { type: 'frame.malformed' }],
      ] as const
    ).map(([what, fact]) => ({
      when: `${what} comes first`,
      happens: says(fact),
      error: because('The server spoke before it answered the registration.'),
    })),
    {
      when: 'the server does not answer in 10 s',
      happens: ({ advance, value }) => {
        advance(9_999);
        expect(value()).toBe('registering');
        advance(1);
      },
      error: because('The server did not answer the registration in 10 s.'),
    },
  ],
};

const retries = (state: keyof typeof misses, miss: Miss): Promised => ({
  title: `drops the socket and tries again when ${miss.when} while ${state} (F-27, F-28, N-20, R-A1, R-A7, R-A8, R-A9)`,
  run: (machine) => {
    const link = startIn(state, machine);
    const retryMs = miss.retryMs ?? 250;

    miss.happens(link);
    expect(link.value()).toBe('backoff');
    expect(taken(link.toParent)).toEqual([lost(miss.error, retryMs)]);
    expect(link.emitted).toEqual([lost(miss.error, retryMs)]);
    expect([link.children(), link.socket.live]).toEqual([[], []]);
    expect(link.timers()).toEqual([retryMs]);

    link.advance(retryMs - 1);
    expect(link.socket.instances).toHaveLength(1);
    link.advance(1);
    expect(link.value()).toBe('connecting');
    expect(link.socket.live).toHaveLength(1);
  },
});

const givesUp = (state: keyof typeof misses, miss: Miss): Promised => ({
  title: `fails, with the cause, when ${miss.when} while ${state} and no retry is left (F-30)`,
  run: (machine) => {
    const link = startIn(state, machine, { maxRetry: 1 });
    const error = unreachable('2 attempts', miss.error);

    miss.happens(link);
    link.advance(link.context().pauseMs);
    until[state](link);
    taken(link.toParent);
    miss.happens(link);

    expect(link.value()).toBe('failed');
    expect(link.toParent).toEqual([failed(error)]);
    expect(link.output()).toEqual({ slot: 2, failure: error, undelivered: 0 });
    nothingIsLeft(link);
  },
});

/** How attempts fail before a link is registered. */
export const early = Object.entries(misses).flatMap(([state, list]) =>
  list.flatMap((miss) => [
    retries(state as keyof typeof misses, miss),
    givesUp(state as keyof typeof misses, miss),
  ]),
);

const failsForGood = (code: number, error: Failure): Promised => ({
  title: `fails at once when the first answer is HTTP ${code}, and retries once it was registered (R-A5)`,
  run: (machine) => {
    const fresh = start(machine);
    fresh.socket.say(refused(code));
    expect(fresh.output()).toEqual({ slot: 2, failure: error, undelivered: 0 });
    expect(fresh.toParent).toEqual([failed(error)]);
    nothingIsLeft(fresh);

    const known = startIn('registered', machine);
    known.socket.say(closed(0));
    known.advance(0);
    known.socket.say(refused(code, 0.5));
    expect(known.value()).toBe('backoff');
    expect(known.toParent).toEqual([lost(closedError, 0), lost(error, 500)]);
  },
});

const refusesKeys = (code: number): Promised => ({
  title: `fails at the third HTTP ${code} in a row, and does not try a fourth time (R-A4)`,
  run: (machine) => {
    const link = start(machine);

    for (const attempt of [1, 2, 3]) {
      expect(link.socket.instances).toHaveLength(attempt);
      link.socket.say(refused(code, 1));
      link.advance(link.context().pauseMs);
    }
    link.advance(60_000);

    expect(link.socket.instances).toHaveLength(3);
    expect(link.toParent).toEqual([
      lost(keyError(code), 500),
      lost(keyError(code), 1_000),
      failed(keyError(code)),
    ]);
    expect(link.output()).toEqual({ slot: 2, failure: keyError(code), undelivered: 0 });
    nothingIsLeft(link);
  },
});

const startsCounting = (what: string, between: (link: Link) => void): Promised => ({
  title: `counts refusals of the key pair anew after ${what}`,
  run: (machine) => {
    const link = start(machine);
    const refuse = () => {
      link.socket.say(refused(401, 0));
      link.advance(0);
    };

    refuse();
    refuse();
    between(link);
    link.advance(link.context().pauseMs);
    refuse();
    refuse();
    expect(link.value()).toBe('connecting');

    refuse();
    expect(link.value()).toBe('failed');
  },
});

/** How attempts fail before a link is registered. */
export const permanent: readonly Promised[] = [
  failsForGood(
    404,
    because(
      'There is no agent endpoint at this address (HTTP 404). Check LIVEKIT_URL: it is the address of a LiveKit server, without "/agent".',
    ),
  ),
  failsForGood(
    407,
    because('The proxy asks for credentials (HTTP 407). Check the proxy settings of this machine.'),
  ),
  refusesKeys(401),
  refusesKeys(403),
  startsCounting('a registration', (link) => {
    register(link);
    link.socket.say(closed(0));
  }),
  startsCounting('another answer', ({ socket }) => socket.say(refused(503, 0))),
  startsCounting('a lost connection', ({ socket }) => socket.say(closed(0))),
  {
    title: 'calls a refused key pair by its name, also when no retry is left',
    run: (machine) => {
      const link = start(machine, { maxRetry: 0 });

      link.socket.say(refused(401));

      expect(link.toParent).toEqual([failed(keyError(401))]);
    },
  },
  {
    title: 'fails for refused credentials while jobs run, since no retry would help them',
    run: (machine) => {
      const link = startIn('registered', machine);
      link.send(report(0.1, ['job-1']));
      link.socket.say(closed(0));

      for (let n = 0; n < 3; n += 1) {
        link.advance(0);
        link.socket.say(refused(401, 0));
      }

      expect(link.value()).toBe('failed');
    },
  },
];
