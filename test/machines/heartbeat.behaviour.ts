import { expect } from 'vitest';
import { createActor, SimulatedClock } from 'xstate';
import type { heartbeatMachine } from '../../src/machines/heartbeat.machine.js';
import type { Emitted } from '../../src/machines/heartbeat.types.js';
import type { Behaviour } from '../support/behaviour.js';
import { run, taken } from '../support/run-machine.js';

type Machine = typeof heartbeatMachine;

const start = (machine: Machine, slot = 0) => run(machine, { id: 'heartbeat', input: { slot } });

/** A heartbeat that has asked its child for the first time. */
const startListening = (machine: Machine) => {
  const subject = start(machine);
  subject.send({ type: 'rest' });
  subject.advance(0);
  expect(taken(subject.toParent)).toEqual([{ type: 'pulse.due', ref: 1 }]);
  return subject;
};

/** A heartbeat in a worker that stalls: time passes in jumps, and a timer fires once after each. */
const startStalling = (machine: Machine) => {
  const clock = new SimulatedClock();
  const actor = createActor(machine, { clock, input: { slot: 0 } });
  const emitted: Emitted[] = [];
  actor.on('*', (event) => emitted.push(event));
  actor.start();
  actor.send({ type: 'rest' });
  clock.increment(0);
  expect(taken(emitted)).toEqual([{ type: 'pulse.due', ref: 1 }]);
  return { actor, clock, emitted };
};

/** What the heartbeat of one child process promises. */
export const behaviours: readonly Behaviour<Machine>[] = [
  {
    title: 'is still until the child rests',
    run: (machine) => {
      const { advance, send, toParent, value } = start(machine);

      advance(600_000);
      expect(value()).toBe('still');

      send({ type: 'rest' });
      advance(0);
      expect(toParent).toEqual([{ type: 'pulse.due', ref: 1 }]);
    },
  },
  {
    title: 'asks a hundred processes once in each beat, and five at most within 100 ms (R-E9)',
    run: (machine) => {
      const beats = Array.from({ length: 100 }, (_, slot) => {
        const subject = start(machine, slot);
        subject.send({ type: 'rest' });
        return subject;
      });

      const asked = Array.from({ length: 25 }, () => {
        for (const { advance } of beats) advance(100);
        const told = beats.flatMap(({ toParent }) => taken(toParent));
        return told.filter(({ type }) => type === 'pulse.due').length;
      });

      expect(Math.max(...asked)).toBeLessThanOrEqual(5);
      expect(asked.reduce((sum, count) => sum + count)).toBe(100);
    },
  },
  {
    title: 'spreads the first beats of many processes over one beat',
    run: (machine) => {
      for (const [slot, ms] of [1_545, 590, 2_135, 1_180, 225, 1_771].entries()) {
        const { advance, send, toParent } = start(machine, slot + 1);
        send({ type: 'rest' });

        advance(ms - 1);
        expect(toParent).toEqual([]);

        advance(1);
        expect(toParent).toEqual([{ type: 'pulse.due', ref: 1 }]);
      }
    },
  },
  {
    title: 'beats again 2.5 s after each answer',
    run: (machine) => {
      const { advance, send, toParent } = startListening(machine);

      for (const ref of [1, 2, 3]) {
        advance(100);
        send({ type: 'ponged', ref });
        advance(2_499);
        expect(toParent).toEqual([]);

        advance(1);
        expect(taken(toParent)).toEqual([{ type: 'pulse.due', ref: ref + 1 }]);
      }
    },
  },
  {
    title: 'takes the answer to another beat for none',
    run: (machine) => {
      const { advance, send, toParent } = startListening(machine);

      send({ type: 'ponged', ref: 0 });
      send({ type: 'ponged', ref: 2 });
      advance(500);

      expect(toParent).toEqual([{ type: 'pulse.slow', silentMs: 500 }]);
    },
  },
  {
    title: 'calls a child slow after 0.5 s of silence, once for each beat (F-86, R-D10)',
    run: (machine) => {
      const { advance, send, toParent } = startListening(machine);

      advance(499);
      expect(toParent).toEqual([]);
      advance(1);
      expect(taken(toParent)).toEqual([{ type: 'pulse.slow', silentMs: 500 }]);
      advance(8_000);
      expect(toParent).toEqual([]);

      send({ type: 'ponged', ref: 1 });
      advance(2_500 + 500);
      expect(toParent).toEqual([
        { type: 'pulse.due', ref: 2 },
        { type: 'pulse.slow', silentMs: 500 },
      ]);
    },
  },
  {
    title: 'gives up an idle child after 10 s of silence, and beats no more (F-86, R-D10)',
    run: (machine) => {
      const { advance, send, timers, toParent, value } = startListening(machine);

      advance(9_999);
      expect(taken(toParent)).toEqual([{ type: 'pulse.slow', silentMs: 500 }]);
      advance(1);
      expect(taken(toParent)).toEqual([{ type: 'pulse.lost', silentMs: 10_000 }]);

      send({ type: 'ponged', ref: 1 });
      advance(60_000);
      expect(toParent).toEqual([]);
      expect(timers()).toEqual([]);
      expect(value()).toEqual({ listening: 'lost' });
    },
  },
  {
    title: 'gives up a working child after 60 s of silence (F-86, R-D10)',
    run: (machine) => {
      const { advance, send, toParent } = startListening(machine);
      send({ type: 'ponged', ref: 1 });
      send({ type: 'work' });
      advance(2_500);
      taken(toParent);

      advance(59_999);
      expect(taken(toParent)).toEqual([{ type: 'pulse.slow', silentMs: 500 }]);
      advance(1);
      expect(toParent).toEqual([{ type: 'pulse.lost', silentMs: 60_000 }]);
    },
  },
  {
    title: 'has more patience as soon as the child works, also in the middle of a silence',
    run: (machine) => {
      const { advance, send, toParent } = startListening(machine);
      advance(9_900);
      taken(toParent);

      send({ type: 'work' });
      advance(60_000 - 9_900 - 1);
      expect(toParent).toEqual([]);

      advance(1);
      expect(toParent).toEqual([{ type: 'pulse.lost', silentMs: 60_000 }]);
    },
  },
  {
    title: 'has less patience again when the work is over, from then on (F-98)',
    run: (machine) => {
      const { advance, send, toParent } = startListening(machine);
      send({ type: 'work' });
      advance(30_000);
      taken(toParent);

      send({ type: 'rest' });
      advance(9_999);
      expect(taken(toParent)).toEqual([{ type: 'pulse.slow', silentMs: 500 }]);

      advance(1);
      expect(toParent).toEqual([{ type: 'pulse.lost', silentMs: 10_000 }]);
    },
  },
  {
    title: 'goes on with its beat when the work is over between two beats (F-98)',
    run: (machine) => {
      const { advance, send, toParent } = startListening(machine);
      send({ type: 'work' });
      send({ type: 'ponged', ref: 1 });
      advance(1_000);

      send({ type: 'rest' });
      advance(1_499);
      expect(toParent).toEqual([]);

      advance(1);
      expect(taken(toParent)).toEqual([{ type: 'pulse.due', ref: 2 }]);
      advance(10_000);
      expect(toParent.at(-1)).toEqual({ type: 'pulse.lost', silentMs: 10_000 });
    },
  },
  {
    title: 'blames nobody when the worker itself was frozen (N-9, R-F9)',
    run: (machine) => {
      const { actor, clock, emitted } = startStalling(machine);

      clock.increment(90_000);
      expect(emitted).toEqual([]);

      actor.send({ type: 'ponged', ref: 1 });
      clock.increment(90_000);
      expect(emitted).toEqual([{ type: 'pulse.due', ref: 2 }]);
      actor.stop();
    },
  },
  {
    title: 'counts only the ticks for which the worker was awake (N-9, R-F9)',
    run: (machine) => {
      const { actor, clock, emitted } = startStalling(machine);

      for (let stalls = 0; stalls < 39; stalls += 1) clock.increment(7_000);
      expect(emitted).toEqual([{ type: 'pulse.slow', silentMs: 500 }]);

      clock.increment(7_000);
      expect(emitted.at(-1)).toEqual({ type: 'pulse.lost', silentMs: 10_000 });
      actor.stop();
    },
  },
  {
    title: 'beats alone, too',
    run: (machine) => {
      const { advance, emitted, send, toParent } = run(machine, {
        alone: true,
        input: { slot: 0 },
      });
      send({ type: 'rest' });

      advance(10_000);

      expect(emitted).toEqual([
        { type: 'pulse.due', ref: 1 },
        { type: 'pulse.slow', silentMs: 500 },
        { type: 'pulse.lost', silentMs: 10_000 },
      ]);
      expect(toParent).toEqual([]);
    },
  },
];
