import { expect } from 'vitest';
import type { Failure } from '../../src/errors.js';
import { run, taken } from '../support/run-machine.js';
import { failure } from '../support/samples.js';
import {
  because,
  closed,
  closedError,
  comeBack,
  failed,
  inputOf,
  type Link,
  lost,
  nothingIsLeft,
  open,
  type Promised,
  ping,
  register,
  start,
  startIn,
} from './connection.subject.js';

const garbled = {
  type: 'link.garbled',
  slot: 2,
  error: {
    code: 'ERR_UNREADABLE_FRAME',
    message: 'The server sent a frame that could not be read; it was dropped.',
  },
};

const drops = (when: string, error: Failure, happens: (link: Link) => void): Promised => ({
  title: `drops a registered link and comes back when ${when} (F-31, D-22, N-19, R-A9, R-A11, R-B1)`,
  run: (machine) => {
    const link = startIn('registered', machine);

    happens(link);

    expect(link.value()).toBe('backoff');
    expect(link.toParent).toEqual([lost(error, 250)]);
    expect([link.children(), link.socket.live]).toEqual([[], []]);
    expect(link.socket.told).not.toContainEqual({ type: 'close' });
    comeBack(link);
    expect(link.value()).toEqual({ registered: 'fresh' });
  },
});

/** How a link notices that it is no good any more. */
export const health: readonly Promised[] = [
  {
    title: 'measures the way to the server while the link is silent, if it shall (F-32)',
    run: (machine) => {
      const link = start(machine, { measureRoundTrip: true });
      register(link);
      taken(link.socket.told);
      taken(link.toParent);

      link.advance(5_000);
      expect(link.socket.told).toEqual([ping(0), { type: 'measure' }]);
      const pong = (pingedAt: number, heardAt: number) =>
        link.socket.say({ type: 'server.ponged', pingedAt, heardAt });
      pong(1_000, 1_012);
      pong(1_000, 61_001);
      pong(1_000, 999);
      pong(1_000, 61_000);
      pong(1_000, 1_000);
      expect(link.toParent).toEqual(
        [12, 60_000, 0].map((roundTripMs) => ({ type: 'link.measured', slot: 2, roundTripMs })),
      );
    },
  },
  {
    title: 'does not measure what nobody wants to know',
    run: (machine) => {
      const { advance, socket } = startIn('registered', machine);

      advance(5_000);

      expect(socket.told).toEqual([ping(0)]);
    },
  },
  drops('the socket is closed', closedError, ({ socket }) => socket.say(closed())),
  drops('the socket fails', failure, ({ socket }) =>
    socket.say({ type: 'socket.failed', error: failure, jitter: 0.5 }),
  ),
  drops(
    'nothing is heard for 10 s',
    because('Nothing was heard from the server for 10 s.'),
    ({ advance, value }) => {
      advance(9_999);
      expect(value()).toEqual({ registered: 'probing' });
      advance(1);
    },
  ),
  drops(
    'ten unreadable frames come in 10 s',
    because('Ten unreadable frames came within 10 s.'),
    ({ advance, socket, toParent, value }) => {
      for (let n = 0; n < 9; n += 1) socket.say({ type: 'frame.malformed' });
      expect(taken(toParent)).toEqual([garbled]);
      socket.say({ type: 'socket.heard' });
      advance(4_999);
      socket.say({ type: 'socket.heard' });
      advance(4_999);
      expect(value()).toEqual({ registered: 'fresh' });
      socket.say({ type: 'frame.malformed' });
    },
  ),
  {
    title: 'lives with unreadable frames that are spread over more than 10 s (R-B1)',
    run: (machine) => {
      const { advance, socket, toParent, value } = startIn('registered', machine);

      for (let n = 0; n < 30; n += 1) {
        socket.say({ type: 'socket.heard' });
        socket.say({ type: 'frame.malformed' });
        advance(1_112);
      }

      expect(value()).toEqual({ registered: 'fresh' });
      expect(toParent).toEqual(Array.from({ length: 30 }, () => garbled));
    },
  },
  {
    title: 'tells of unreadable frames once a second at most (R-B1)',
    run: (machine) => {
      const { advance, socket, toParent } = startIn('registered', machine);
      const garble = () => socket.say({ type: 'frame.malformed' });

      garble();
      garble();
      advance(999);
      garble();
      expect(taken(toParent)).toEqual([garbled]);

      advance(1);
      garble();
      expect(toParent).toEqual([garbled]);
    },
  },
  {
    title: 'pings after 5 s of silence, and any sign of life will do (F-31)',
    run: (machine) => {
      const { advance, socket, value } = startIn('registered', machine);

      advance(4_999);
      socket.say({ type: 'socket.heard' });
      advance(4_999);
      expect(socket.told).toEqual([]);

      advance(1);
      expect(socket.told).toEqual([ping(0)]);
      expect(value()).toEqual({ registered: 'probing' });

      advance(4_999);
      socket.say({ type: 'socket.heard' });
      expect(value()).toEqual({ registered: 'fresh' });
      advance(5_000);
      expect(socket.told).toEqual([ping(0), ping(0)]);
    },
  },
];

const breaks = (where: string, getThere: (link: Link) => void): Promised => ({
  title: `fails, with the cause in a line, when its socket actor breaks ${where}`,
  run: (machine) => {
    const link = start(machine);
    getThere(link);
    taken(link.toParent);
    const error = because('torn');

    link.socket.fail(new Error('torn\nat some place'));

    expect(link.value()).toBe('failed');
    expect(link.toParent).toEqual([failed(error)]);
    expect(link.output()).toEqual({ slot: 2, failure: error, undelivered: 0 });
    nothingIsLeft(link);
  },
});

/** How a link notices that it is no good any more. */
export const broken: readonly Promised[] = [
  breaks('while it connects', () => {}),
  breaks('while it registers', open),
  breaks('while it is registered', register),
  breaks('while it closes', (link) => {
    register(link);
    link.send({ type: 'close' });
  }),
  {
    title: 'names the actor that it was not given',
    run: (machine) => {
      const error = because(
        'The actor "agentSocket" is missing. Provide it with machine.provide({ actors: { agentSocket } }), or import the wired machine from "livekit-actors".',
        'ERR_ACTOR_NOT_PROVIDED',
      );
      for (const alone of [true, false]) {
        const { emitted, output } = run(machine, { input: inputOf(16), alone });

        expect(output()).toEqual({ slot: 2, failure: error, undelivered: 0 });
        expect(emitted).toEqual([failed(error)]);
      }
    },
  },
];
