import { expect, it } from 'vitest';
import { exercise } from './behaviour.js';
import { fakePort } from './fake-ports.js';
import { registerBehaviours } from './register-behaviours.js';
import { run } from './run-machine.js';
import { behaviours } from './sample.behaviour.js';
import { type Command, sampleMachine } from './sample.machine.js';

registerBehaviours(sampleMachine, behaviours);

const failureOf = (body: () => void | Promise<void>) =>
  exercise({ title: '', run: body }, undefined, 50).then(
    () => undefined,
    (error: Error) => error.message,
  );

it('fails a behaviour under which a machine breaks unasked', async () => {
  const breaks = () => run(sampleMachine, { input: { limit: 1 } });
  const sampleWithoutHandler = sampleMachine.provide({
    guards: {
      isFull: () => {
        throw new Error('a guard threw');
      },
    },
  });
  const tool = fakePort<Command, { readonly limit: number }>();
  const unasked = () => {
    run(sampleWithoutHandler.provide({ actors: { tool: tool.logic } }), { input: { limit: 1 } });
    tool.say({ type: 'tool.ready' });
  };

  expect(await failureOf(() => expect(breaks().value()).toBe('broken'))).toBeUndefined();
  expect(await failureOf(unasked)).toMatch(/^A machine broke: .*a guard threw/s);
});

it('fails a behaviour that never settles', async () => {
  expect(await failureOf(() => new Promise(() => {}))).toBe('Not settled in 50 ms.');
});

it('stops what a behaviour started', async () => {
  const tool = fakePort<Command, { readonly limit: number }>();

  await exercise(
    {
      title: '',
      run: () => {
        run(sampleMachine.provide({ actors: { tool: tool.logic } }), { input: { limit: 1 } });
      },
    },
    undefined,
  );

  expect(tool.instances.map(({ path, stopped }) => ({ path, stopped }))).toEqual([
    { path: 'subject/tool', stopped: true },
  ]);
});

it('runs a machine alone, too', async () => {
  const tool = fakePort<Command, { readonly limit: number }>();

  await exercise(
    {
      title: '',
      run: () => {
        const subject = run(sampleMachine.provide({ actors: { tool: tool.logic } }), {
          alone: true,
          input: { limit: 1 },
        });
        subject.send({ type: 'close' });
        subject.advance(100);
        expect(subject.emitted).toEqual([{ type: 'bench.ended', jobs: 0 }]);
        expect(subject.toParent).toEqual([]);
      },
    },
    undefined,
  );
});

it('refuses a timer that Node would cut to a millisecond', () => {
  const endless = sampleMachine.provide({ delays: { openTimeout: Number.POSITIVE_INFINITY } });
  const tool = fakePort<Command, { readonly limit: number }>();

  const subject = run(endless.provide({ actors: { tool: tool.logic } }), { input: { limit: 1 } });

  expect(String(subject.failure())).toMatch(/A timer of Infinity ms/);
});
