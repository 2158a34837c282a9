import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { stateComment } from '../../scripts/source-text.js';
import { type Chart, type ChartState, nodesOf, toGraph } from '../../src/observe/statechart.js';

/** What a machine's chart gets wrong that neither the type checker nor xstate refuses. */
export function chartProblems(machine: AnyStateMachine, source = ''): string[] {
  const chart = toGraph(machine);
  return [
    ...(Number.isFinite(chart.maxIterations) ? [] : ['the machine sets no maxIterations']),
    ...initials(machine),
    ...delays(machine, chart),
    ...inlines(chart),
    ...missing(machine, chart),
    ...endless(chart, source),
  ];
}

const shown = (path: string): string => path || 'the machine';

function initials(machine: AnyStateMachine): string[] {
  return toGraph(machine)
    .states.filter(({ type }) => type === 'compound')
    .filter(({ path, initial }) => !childKeys(machine, path).includes(initial ?? ''))
    .map(({ path, initial }) => `${shown(path)}: the initial state "${initial}" does not exist`);
}

const childKeys = (machine: AnyStateMachine, path: string): string[] => {
  const node = nodesOf(machine.root).find((it: AnyStateNode) => it.path.join('.') === path);
  return Object.keys(node?.states ?? {});
};

/** An unknown delay is no error for xstate: it fires at once. */
function delays(machine: AnyStateMachine, { transitions }: Chart): string[] {
  const known = Object.keys(machine.implementations.delays);
  const used = transitions.flatMap(({ trigger, source }) =>
    trigger.kind === 'after' ? [[shown(source), trigger.name] as const] : [],
  );
  const raised = Object.entries(machine.implementations.actions).flatMap(([name, action]) => {
    const delay = (action as { delay?: unknown }).delay;
    return typeof delay === 'string' ? [[name, delay] as const] : [];
  });
  return [...used, ...raised]
    .filter(([, delay]) => !known.includes(delay))
    .map(([where, delay]) => `${where}: the delay "${delay}" is not a named delay`);
}

function inlines({ states, transitions }: Chart): string[] {
  const inState = states.flatMap(({ path, entry, exit }) =>
    [...entry, ...exit].map((action) => ({ where: shown(path), action })),
  );
  const inTransition = transitions.flatMap(({ id, actions, guard }) =>
    [...actions, ...(guard ? [guard] : [])].map((action) => ({ where: id, action })),
  );
  return [...inState, ...inTransition]
    .filter(({ action }) => action.inline)
    .map(({ where, action }) => `${where}: ${action.words} has no name`);
}

function missing(machine: AnyStateMachine, { states, transitions }: Chart): string[] {
  const { actions, guards, actors } = machine.implementations;
  const uses = {
    action: [
      ...states.flatMap(({ entry, exit }) => [...entry, ...exit]),
      ...transitions.flatMap((it) => it.actions),
    ].flatMap(({ name, inline }) => (inline ? [] : [name])),
    guard: transitions.flatMap(({ guard }) => guard?.names ?? []),
    actor: states.flatMap(({ invokes }) => invokes.map(({ src }) => src)),
  };
  const known = { action: actions, guard: guards, actor: actors } as Record<string, object>;
  return Object.entries(uses).flatMap(([kind, names]) =>
    [...new Set(names)]
      .filter((name) => !Object.hasOwn(known[kind] ?? {}, name))
      .map((name) => `the ${kind} "${name}" is not implemented`),
  );
}

/** Every state that waits has a deadline, or somebody says who else ends it. */
function endless(chart: Chart, source: string): string[] {
  return chart.states
    .filter(({ type }) => type === 'atomic')
    .filter(({ path }) => !lineage(chart, path).some((state) => ends(chart, state, source)))
    .map(({ path }) => `${shown(path)}: no deadline, and no comment that says who ends it`);
}

function ends({ transitions }: Chart, state: ChartState, source: string): boolean {
  const own = transitions.filter((it) => it.source === state.path);
  return (
    own.some(({ trigger }) => trigger.kind === 'after' || /Timeout\.passed$/.test(trigger.name)) ||
    own.some(({ trigger, guard }) => trigger.kind === 'always' && !guard) ||
    state.entry.some(({ name }) => /^arm[A-Z]/.test(name)) ||
    state.description !== undefined ||
    stateComment(source, state.path) !== undefined
  );
}

/** The state and its ancestors, without the machine itself. */
const lineage = ({ states }: Chart, path: string): ChartState[] =>
  states.filter((it) => it.path !== '' && (path === it.path || path.startsWith(`${it.path}.`)));
