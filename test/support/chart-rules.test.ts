import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type AnyStateMachine, createMachine, fromCallback, raise } from 'xstate';
import { chartProblems } from './chart-rules.js';
import { sampleMachine } from './sample.machine.js';

const sound = {
  options: { maxIterations: 10 },
  initial: 'busy',
  states: {
    busy: {
      entry: 'note',
      on: { go: { guard: 'mayGo', target: 'over' } },
      after: { pause: 'over' },
    },
    over: { type: 'final' },
  },
} as const;
const implementations = {
  actions: { note: () => {} },
  guards: { mayGo: () => true },
  delays: { pause: 10 },
  actors: { tool: fromCallback(() => {}) },
};
const problems = (change: object, more = {}) =>
  chartProblems(
    createMachine({ ...sound, ...change } as never, {
      ...implementations,
      ...more,
    }) as AnyStateMachine,
  );

it('finds nothing in a sound chart', () => {
  const source = readFileSync(new URL('./sample.machine.ts', import.meta.url), 'utf8');

  expect(problems({})).toEqual([]);
  expect(chartProblems(sampleMachine, source)).toEqual([]);
});

it.each([
  ['a machine that may loop for ever', { options: {} }, 'the machine sets no maxIterations'],
  [
    'an initial state that does not exist',
    { initial: 'lazy' },
    'the machine: the initial state "lazy" does not exist',
  ],
  [
    'a delay that fires at once',
    { states: { ...sound.states, busy: { after: { paws: 'over' } } } },
    'busy: the delay "paws" is not a named delay',
  ],
  [
    'a delay without a name',
    { states: { ...sound.states, busy: { after: { 50: 'over' } } } },
    'busy: the delay "50 ms" is not a named delay',
  ],
  ['an action in line', { entry: () => {} }, 'the machine: (entry) has no name'],
  [
    'a guard in line',
    { on: { go: { guard: () => true, actions: 'note' } } },
    '|go|0: (guard) has no name',
  ],
  ['an unknown action', { entry: 'shout' }, 'the action "shout" is not implemented'],
  [
    'an unknown guard',
    { on: { go: { guard: 'isLate', actions: 'note' } } },
    'the guard "isLate" is not implemented',
  ],
  ['an unknown actor', { invoke: { src: 'robot' } }, 'the actor "robot" is not implemented'],
  [
    'a wait without an end',
    { states: { ...sound.states, busy: { on: { go: 'over' } } } },
    'busy: no deadline, and no comment that says who ends it',
  ],
])('finds %s', (_, change, problem) => {
  expect(problems(change)).toEqual([problem]);
});

it('finds an unknown delay inside a named action', () => {
  const remind = raise({ type: 'go' }, { delay: 'later' as never });

  expect(problems({}, { actions: { note: remind } })).toEqual([
    'note: the delay "later" is not a named delay',
  ]);
});
