import { expect, it } from 'vitest';
import type { EventObject } from 'xstate';
import { osSignals, type SignalFact } from '../../src/actors/os-signals.actor.js';
import { runActor } from '../support/run-actor.js';

const start = () => runActor<EventObject, SignalFact, unknown>(osSignals, undefined);
const listeners = () => [process.listenerCount('SIGINT'), process.listenerCount('SIGTERM')];

it('turns each signal into a fact instead of the end of the process', async () => {
  const actor = start();

  process.kill(process.pid, 'SIGTERM');
  await actor.fact('signal.received');
  process.kill(process.pid, 'SIGINT');
  await actor.fact('signal.received', ({ signal }) => signal === 'SIGINT');

  expect(actor.facts).toEqual([
    { type: 'signal.received', signal: 'SIGTERM' },
    { type: 'signal.received', signal: 'SIGINT' },
  ]);
});

it('leaves no listener behind', () => {
  const before = listeners();
  const actors = [start(), start()];
  expect(listeners()).toEqual(before.map((count) => count + 2));

  for (const actor of actors) actor.stop();

  expect(listeners()).toEqual(before);
});
