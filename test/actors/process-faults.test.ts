import { expect, it } from 'vitest';
import type { EventObject } from 'xstate';
import { type FaultFact, processFaults } from '../../src/actors/process-faults.actor.js';
import { runActor } from '../support/run-actor.js';

const start = () => runActor<EventObject, FaultFact, unknown>(processFaults, undefined);
const events = ['uncaughtException', 'unhandledRejection'] as const;
const listeners = () => events.map((event) => process.listenerCount(event));

/** Raises a fault for the listeners of the actor only: those of the test runner would fail the run. */
function raise(event: (typeof events)[number], thrown: unknown) {
  const actor = start();
  const listener = process.listeners(event as 'uncaughtException').at(-1);
  listener?.(thrown as Error, 'uncaughtException');
  return actor.facts;
}

it('turns what nobody caught or handled into facts, with its text and its place (R-F8)', () => {
  const error = new TypeError('no such tenant\nand more');

  const [exception] = raise('uncaughtException', error);
  const [rejection] = raise('unhandledRejection', error);

  const fault = {
    error: 'TypeError: no such tenant',
    at: expect.stringMatching(/process-faults\.test\.ts:\d+:\d+/),
  };
  expect([exception, rejection]).toEqual([
    { type: 'exception.uncaught', fault },
    { type: 'rejection.unhandled', fault },
  ]);
});

it.each([
  ['a text', 'no', 'no'],
  ['nothing', undefined, 'undefined'],
  ['an empty text', '', 'something without words'],
  ['a long text', 'x'.repeat(5_000), 'x'.repeat(1_000)],
  ['an object without a prototype', Object.create(null), 'something unreadable'],
])('has words for %s that was thrown (R-F8)', (_, thrown, error) => {
  expect(raise('uncaughtException', thrown)).toEqual([
    { type: 'exception.uncaught', fault: { error, at: undefined } },
  ]);
});

it('leaves no listener behind', () => {
  const before = listeners();
  const actors = [start(), start()];
  expect(listeners()).toEqual(before.map((count) => count + 2));

  for (const actor of actors) actor.stop();

  expect(listeners()).toEqual(before);
});
