import { describe, expect, it } from 'vitest';
import { createActor, fromCallback, SimulatedClock } from 'xstate';
import { sessionMachine } from '../../src/cli/session.machine.js';
import type { Command, Emitted, Event } from '../../src/cli/session.types.js';

const drained = { outcome: 'drained', jobsCut: 0, failure: undefined } as const;
const halted = { outcome: 'halted', jobsCut: 1, failure: undefined } as const;

/** A session whose worker and operating system are this test, and whose clock is its hand. */
function startSession() {
  const told: Command['type'][] = [];
  const emitted: Emitted[] = [];
  const clock = new SimulatedClock();
  let say: (event: Event) => void = () => {};
  const actor = createActor(
    sessionMachine.provide({
      actors: {
        osSignals: fromCallback(({ sendBack }) => {
          say = sendBack;
        }),
        processFaults: fromCallback(() => {}),
        worker: fromCallback<Command, undefined>(({ receive }) => {
          receive(({ type }) => told.push(type));
        }),
      },
    }),
    { clock },
  );
  actor.on('*', (event) => emitted.push(event));
  actor.start();
  return { actor, clock, told, emitted, say: (event: Event) => say(event) };
}

const signal = (name: 'SIGINT' | 'SIGTERM') => ({ type: 'signal.received', signal: name }) as const;

it('runs until the worker ends by itself', () => {
  const { actor, say, told } = startSession();

  say({ type: 'worker.ended', end: drained });

  expect(actor.getSnapshot()).toMatchObject({
    status: 'done',
    output: { forcedBy: undefined, brokenBy: undefined, end: drained },
  });
  expect(told).toEqual([]);
});

it.each(['SIGINT', 'SIGTERM'] as const)(
  'drains on the first %s, without a limit of its own (F-138)',
  (name) => {
    const { actor, clock, say, told, emitted } = startSession();

    say(signal(name));
    clock.increment(24 * 3_600_000);

    expect(actor.getSnapshot().value).toEqual({ alive: { draining: 'listening' } });
    expect(told).toEqual(['drain']);
    expect(emitted).toEqual([{ type: 'session.draining', signal: name }]);

    say({ type: 'worker.ended', end: drained });

    expect(actor.getSnapshot().output).toEqual({
      forcedBy: undefined,
      brokenBy: undefined,
      end: drained,
    });
  },
);

describe('a second signal', () => {
  it('halts the worker, and names the signal (F-138, R-F4)', () => {
    const { actor, say, told, emitted } = startSession();

    say(signal('SIGINT'));
    say(signal('SIGTERM'));
    say({ type: 'worker.ended', end: halted });

    expect(told).toEqual(['drain', 'halt']);
    expect(emitted.at(-1)).toEqual({ type: 'session.halting', signal: 'SIGTERM' });
    expect(actor.getSnapshot().output).toEqual({
      forcedBy: 'SIGTERM',
      brokenBy: undefined,
      end: halted,
    });
  });

  it('leaves a worker behind that does not halt within three seconds (R-F4)', () => {
    const { actor, clock, say } = startSession();
    say(signal('SIGINT'));
    clock.increment(100);
    say(signal('SIGINT'));

    clock.increment(2_999);
    expect(actor.getSnapshot().value).toEqual({ alive: 'halting' });

    clock.increment(1);
    expect(actor.getSnapshot().output).toEqual({
      forcedBy: 'SIGINT',
      brokenBy: undefined,
      end: undefined,
    });
  });

  it('is not the first one that a wrapper passes on within a tenth of a second', () => {
    const { clock, say, told } = startSession();

    say(signal('SIGINT'));
    clock.increment(99);
    say(signal('SIGINT'));
    expect(told).toEqual(['drain']);

    clock.increment(1);
    say(signal('SIGINT'));
    expect(told).toEqual(['drain', 'halt']);
  });

  it('is the last that counts', () => {
    const { actor, clock, say, told } = startSession();
    say(signal('SIGINT'));
    clock.increment(100);
    say(signal('SIGINT'));
    clock.increment(2_000);
    say(signal('SIGTERM'));
    clock.increment(1_000);

    expect(told).toEqual(['drain', 'halt']);
    expect(actor.getSnapshot().output).toEqual({
      forcedBy: 'SIGINT',
      brokenBy: undefined,
      end: undefined,
    });
  });
});

const fault = { error: 'Error: boom', at: 'agent.mjs:1:1' };
const exception = { type: 'exception.uncaught', fault } as const;

describe('an exception that nobody caught', () => {
  it.each([
    ['running', []],
    ['draining', [signal('SIGINT')]],
  ] as const)('stops the worker while it is %s, and is why it ends (R-F8)', (_, before) => {
    const { actor, say, told, emitted } = startSession();
    for (const event of before) say(event);

    say(exception);
    expect(told.at(-1)).toBe('stop');
    expect(emitted.at(-1)).toEqual({ type: 'session.breaking', fault });
    say({ type: 'worker.ended', end: drained });

    expect(actor.getSnapshot().output).toEqual({
      forcedBy: undefined,
      brokenBy: fault,
      end: drained,
    });
  });

  it('kills what is left after 3.5 s, and leaves the worker behind after 5 s (R-F8)', () => {
    const { actor, clock, say, told } = startSession();
    say(exception);

    clock.increment(3_499);
    expect(told).toEqual(['stop']);
    clock.increment(1);
    expect(told).toEqual(['stop', 'halt']);
    clock.increment(1_499);
    expect(actor.getSnapshot().value).toEqual({ alive: { breaking: 'killing' } });
    clock.increment(1);

    expect(actor.getSnapshot().output).toEqual({
      forcedBy: undefined,
      brokenBy: fault,
      end: undefined,
    });
  });

  it('is not hurried by signals (R-F8)', () => {
    const { actor, say, told } = startSession();
    say(exception);

    say(signal('SIGINT'));
    say(signal('SIGTERM'));

    expect(actor.getSnapshot().value).toEqual({ alive: { breaking: 'stopping' } });
    expect(told).toEqual(['stop']);
  });

  it.each([
    ['it breaks', [exception]],
    ['it halts', [signal('SIGINT'), signal('SIGTERM')]],
  ] as const)('ends everything at once while %s (R-F8)', (_, before) => {
    const { actor, say, emitted } = startSession();
    for (const event of before) say(event);
    const last = { error: 'Error: again', at: undefined };

    say({ type: 'exception.uncaught', fault: last });

    expect(emitted.at(-1)).toEqual({ type: 'session.leaving', fault: last });
    expect(actor.getSnapshot()).toMatchObject({
      status: 'done',
      output: { brokenBy: last, end: undefined },
    });
  });
});

it.each([
  ['running', []],
  ['draining', [signal('SIGINT')]],
  ['halting', [signal('SIGINT'), signal('SIGTERM')]],
  ['breaking', [exception]],
] as const)('only tells of a rejection that nobody handled while it is %s (N-29)', (_, before) => {
  const { actor, say, told, emitted } = startSession();
  for (const event of before) say(event);
  const [{ value }, commands] = [actor.getSnapshot(), [...told]];

  say({ type: 'rejection.unhandled', fault });

  expect(emitted.at(-1)).toEqual({ type: 'session.rejection', fault });
  expect([actor.getSnapshot().value, told]).toEqual([value, commands]);
});

it('reports a crash of the worker as a bug', () => {
  const { actor, say } = startSession();

  say({ type: 'worker.crashed', error: 'boom' });

  expect(actor.getSnapshot().output).toEqual({
    forcedBy: undefined,
    brokenBy: undefined,
    end: { outcome: 'failed', jobsCut: 0, failure: { code: 'ERR_INTERNAL', message: 'boom' } },
  });
});

it('reports a worker that cannot be started', () => {
  const worker = fromCallback<Command, undefined>(() => {
    throw new Error('no start');
  });
  const osSignals = fromCallback(() => {});
  const processFaults = fromCallback(() => {});
  const actor = createActor(
    sessionMachine.provide({ actors: { osSignals, processFaults, worker } }),
  ).start();

  expect(actor.getSnapshot().output?.end?.failure?.message).toMatch(/^Error: no start\n/);
});

it('names the actor it was not given', () => {
  const osSignals = fromCallback(() => {});
  const processFaults = fromCallback(() => {});
  const actor = createActor(
    sessionMachine.provide({ actors: { osSignals, processFaults } }),
  ).start();

  expect(actor.getSnapshot().output?.end?.failure?.message).toMatch(
    /The actor "worker" is missing/,
  );
});
