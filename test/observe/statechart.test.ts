import { expect, it } from 'vitest';
import { createMachine, not, or, stateIn } from 'xstate';
import { toGraph, toMermaid, toTable, undrawn } from '../../src/observe/statechart.js';
import { sampleMachine } from '../support/sample.machine.js';

const chart = toGraph(sampleMachine);

it('reads states with what belongs to them', () => {
  expect(chart.states.find(({ path }) => path === 'alive')).toEqual({
    path: 'alive',
    key: 'alive',
    parent: '',
    type: 'compound',
    initial: 'opening',
    tags: [],
    description: undefined,
    invokes: [{ id: 'tool', src: 'tool' }],
    entry: [],
    exit: [],
  });
  expect(chart.states.find(({ path }) => path === 'alive.open')).toMatchObject({
    type: 'parallel',
    tags: ['open'],
    entry: [{ name: 'getHelp', words: 'getHelp', inline: false }],
    exit: [{ name: 'dismiss', words: 'dismiss', inline: false }],
  });
  expect(chart.maxIterations).toBe(100);
});

it('leaves out the timers that xstate adds to entry and exit', () => {
  expect(chart.states.find(({ path }) => path === 'alive.opening')).toMatchObject({
    entry: [],
    exit: [],
  });
});

it('writes every branch into the table', () => {
  expect(toTable(chart)).toMatchInlineSnapshot(`
    "| state | on | if | then | do |
    | --- | --- | --- | --- | --- |
    | alive | close |  | alive.closing |  |
    | alive | error of tool |  | broken |  |
    | alive.opening | tool.ready |  | alive.open |  |
    | alive.opening | after openTimeout |  | broken |  |
    | alive.open | entry |  |  | getHelp |
    | alive.open | exit |  |  | dismiss |
    | alive.open | done of helper.0 |  | (stays) | dismiss, getHelp |
    | alive.open | error of helper.0 |  | broken |  |
    | alive.open.work.free | job | isNamed and not isFull | (stays) | count, begin |
    | alive.open.work.free | always | isFull | alive.open.work.full |  |
    | alive.open.watch.quiet | tool.spoke |  | alive.open.watch.loud |  |
    | alive.open.watch.loud | entry |  |  | armSilence |
    | alive.open.watch.loud | exit |  |  | disarmSilence |
    | alive.open.watch.loud | silence.passed |  | alive.open.watch.quiet |  |
    | alive.open.watch.loud | tool.spoke |  | alive.open.watch.loud (again) |  |
    | alive.closing | entry |  |  | askToStop |
    | alive.closing | close |  | (ignored) |  |
    | alive.closing | after closeTimeout |  | closed |  |
    | closed | entry |  |  | say(ended) |"
  `);
});

it('draws what Mermaid can draw', () => {
  expect(toMermaid(chart)).toMatchInlineSnapshot(`
    "stateDiagram-v2
      [*] --> alive
      state "alive" as alive {
        [*] --> alive_opening
        state "opening" as alive_opening
        state "open" as alive_open {
          state "work" as alive_open_work {
            [*] --> alive_open_work_free
            state "free" as alive_open_work_free
            state "full" as alive_open_work_full
          }
          --
          state "watch" as alive_open_watch {
            [*] --> alive_open_watch_quiet
            state "quiet" as alive_open_watch_quiet
            state "loud" as alive_open_watch_loud
          }
        }
        state "closing" as alive_closing
      }
      state "closed" as closed
      closed --> [*]
      state "broken" as broken
      broken --> [*]
      alive --> broken: error of tool
      alive_opening --> alive_open: tool.ready
      alive_opening --> broken: after openTimeout
      alive_open --> broken: error of helper.0
      alive_open_work_free --> alive_open_work_full: always [isFull]
      alive_open_watch_quiet --> alive_open_watch_loud: tool.spoke
      alive_open_watch_loud --> alive_open_watch_quiet: silence.passed
      alive_closing --> closed: after closeTimeout"
  `);
});

it('names what the drawing leaves out', () => {
  expect(undrawn(chart).map(({ id }) => id)).toMatchInlineSnapshot(`
    [
      "alive|close|0",
      "alive.open|done of helper.0|0",
      "alive.open.work.free|job|0",
      "alive.open.watch.loud|tool.spoke|0",
      "alive.closing|close|0",
    ]
  `);
});

it('flags what is written in line', () => {
  const careless = createMachine({
    id: 'careless',
    initial: 'a',
    states: {
      a: {
        entry: () => {},
        on: {
          go: { guard: or([not(() => true), 'isLate']), target: 'b', actions: () => {} },
          stop: { guard: stateIn({ a: 'b' }), target: 'b' },
        },
        after: { 50: 'b' },
      },
      b: {},
    },
  });
  const { states, transitions } = toGraph(careless);

  expect(states[1]?.entry).toEqual([{ name: 'entry', words: '(entry)', inline: true }]);
  expect(transitions.map(({ id, guard, actions }) => ({ id, guard, actions }))).toEqual([
    {
      id: 'a|go|0',
      guard: { names: ['isLate'], words: 'not (in line) or isLate', inline: true },
      actions: [{ name: 'actions', words: '(actions)', inline: true }],
    },
    {
      id: 'a|stop|0',
      guard: { names: [], words: 'in {"a":"b"}', inline: false },
      actions: [],
    },
    { id: 'a|after 50 ms|0', guard: undefined, actions: [] },
  ]);
});
