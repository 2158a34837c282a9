import { expect, it } from 'vitest';
import { assign, setup } from 'xstate';
import { walk } from './paths.js';
import { sampleMachine } from './sample.machine.js';
import { paths } from './sample.paths.js';

it('reaches every state and transition', () => {
  const { states, transitions, violations, snapshots } = walk(sampleMachine, paths);

  expect({ states: states.missed, transitions: transitions.missed, violations }).toEqual({
    states: [],
    transitions: [],
    violations: [],
  });
  expect(transitions.declared).toHaveLength(13);
  expect(snapshots).toBe(16);
});

it('reports what cannot be reached', () => {
  const { states, transitions } = walk(
    sampleMachine.provide({ guards: { isFull: () => false, isNamed: () => false } }),
    paths,
  );

  expect(states.missed).toEqual(['alive.open.work.full']);
  expect(transitions.missed).toEqual([
    'alive.open.work.free|job|0',
    'alive.open.work.free|always|0',
  ]);
});

it('convicts with the shortest way there', () => {
  const greedy = sampleMachine.provide({ guards: { isNamed: () => true } });
  const { violations } = walk(greedy, [
    {
      ...paths[0],
      input: { limit: 2 },
      events: paths[0]?.events ?? [],
      invariants: [{ title: 'takes nothing', holds: ({ after }) => after.context.jobs === 0 }],
    },
  ]);

  expect(violations).toEqual([
    { title: 'takes nothing', detail: 'it does not hold', trail: ['tool.ready', 'job'] },
  ]);
});

it('convicts a machine that breaks', () => {
  const broken = sampleMachine.provide({
    guards: {
      isFull: () => {
        throw new Error('no count');
      },
    },
  });

  expect(walk(broken, paths).violations).toMatchObject([
    { title: 'never breaks', trail: ['tool.ready'] },
  ]);
});

it('offers a timer only while it runs', () => {
  const { violations } = walk(sampleMachine, [
    {
      ...paths[0],
      input: { limit: 2 },
      events: [],
      invariants: [
        {
          title: 'only the first timer fires',
          holds: ({ event }) =>
            ['xstate.init', 'xstate.after.openTimeout.sample.alive.opening'].includes(event.type),
        },
      ],
    },
  ]);

  expect(violations).toEqual([]);
});

it('says how to bound a walk that does not end', () => {
  const counter = setup({
    types: { context: {} as { n: number }, events: {} as { type: 'up' } },
    actions: { count: assign({ n: ({ context }) => context.n + 1 }) },
  }).createMachine({ context: () => ({ n: 0 }), on: { up: { actions: 'count' } } });
  const once = { input: undefined, events: [{ type: 'up' as const }], limit: 50 };

  expect(() => walk(counter, [once])).toThrow('bound the context that counts');
  expect(walk(counter, [{ ...once, key: ({ context }) => Math.min(context.n, 3) }]).snapshots).toBe(
    4,
  );
});
