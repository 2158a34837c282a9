import { expect, it } from 'vitest';
import { createActor, createMachine } from 'xstate';
import { toGraph } from '../../src/observe/statechart.js';
import { branchesOf, rebuilt } from '../mutation/branches.js';
import { convictedBy, type Evidence } from '../mutation/trial.js';
import { behaviours } from './sample.behaviour.js';
import { sampleMachine } from './sample.machine.js';
import { paths } from './sample.paths.js';

const evidence = { behaviours, paths } as unknown as Evidence;
const branches = branchesOf(sampleMachine);

it('finds every branch of a chart', () => {
  expect(branches.map(({ id }) => id).sort()).toEqual(
    toGraph(sampleMachine)
      .transitions.map(({ id }) => id)
      .sort(),
  );
});

it.each(branches)('takes out $id and nothing else', ({ id, without }) => {
  const left = toGraph(without()).transitions.map((it) => it.id);
  const expected = branches.map((it) => it.id).filter((it) => it !== id);

  expect(left.sort()).toEqual(expected.sort());
});

it('takes one branch out of a list', () => {
  const machine = createMachine({
    invoke: [{ id: 'one', src: 'x', onDone: [{ target: '.b', guard: 'g' }, { target: '.b' }] }],
    initial: 'a',
    states: { a: { always: [{ guard: 'g', target: 'b' }, 'b' as never] }, b: {} },
    onDone: { actions: 'h' },
  });
  const left = (id: string) =>
    toGraph(
      branchesOf(machine)
        .find((it) => it.id === id)
        ?.without() ?? machine,
    ).transitions.map((it) => `${it.id}${it.guard ? ' [g]' : ''}`);

  expect(left('|done of one|0')).toEqual([
    '|done|0',
    '|done of one|0',
    'a|always|0 [g]',
    'a|always|1',
  ]);
  expect(left('a|always|1')).toEqual([
    '|done|0',
    '|done of one|0 [g]',
    '|done of one|1',
    'a|always|0 [g]',
  ]);
});

it('leaves the machine and its implementations alone', () => {
  const before = createActor(sampleMachine, { input: { limit: 1 } }).getSnapshot().value;

  for (const { without } of branches) {
    expect(without().implementations.actors).toEqual(sampleMachine.implementations.actors);
  }
  expect(createActor(sampleMachine, { input: { limit: 1 } }).getSnapshot().value).toEqual(before);
});

it('convicts each removal by a promise, and nobody else', async () => {
  const verdicts: [string, string | undefined][] = [];
  for (const { id, without } of branches) {
    verdicts.push([id, await convictedBy(without(), evidence)]);
  }

  expect(await convictedBy(rebuilt(sampleMachine), evidence)).toBeUndefined();
  expect(Object.fromEntries(verdicts)).toMatchInlineSnapshot(`
    {
      "alive.closing|after closeTimeout|0": "closes once, and says so",
      "alive.closing|close|0": "closes once, and says so",
      "alive.open.watch.loud|silence.passed|0": "is loud until its tool was silent for a while",
      "alive.open.watch.loud|tool.spoke|0": "is loud until its tool was silent for a while",
      "alive.open.watch.quiet|tool.spoke|0": "is loud until its tool was silent for a while",
      "alive.open.work.free|always|0": "begins named jobs until it is full",
      "alive.open.work.free|job|0": "begins named jobs until it is full",
      "alive.opening|after openTimeout|0": "breaks when its tool is not ready in time",
      "alive.opening|tool.ready|0": "begins named jobs until it is full",
      "alive.open|done of helper.0|0": "replaces a helper that is done and breaks with one that breaks",
      "alive.open|error of helper.0|0": "replaces a helper that is done and breaks with one that breaks",
      "alive|close|0": "closes once, and says so",
      "alive|error of tool|0": "breaks when its tool breaks",
    }
  `);
});

it('lets a removal live that no promise is about', async () => {
  const { config, implementations } = sampleMachine;
  const idle = { ...config, on: { 'never.heard': { actions: 'count' } } };
  const redundant = createMachine(idle as never, implementations as never);
  const branch = branchesOf(redundant).find(({ id }) => id === '|never.heard|0');

  expect(await convictedBy(branch?.without() ?? redundant, evidence)).toBeUndefined();
});
