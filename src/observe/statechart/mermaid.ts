import type { Chart, ChartState, ChartTransition } from './graph.js';

/**
 * Draws a chart as a Mermaid state diagram. Some transitions are left out, see `undrawn`.
 */
export function toMermaid(chart: Chart): string {
  const drawn = chart.transitions.filter((transition) => isDrawn(chart, transition));
  const root = chart.states.filter(({ parent }) => parent === undefined);
  const lines = root.flatMap((state) => inside(chart, state));
  return ['stateDiagram-v2', ...[...lines, ...edges(drawn)].map((line) => `  ${line}`)].join('\n');
}

/**
 * Transitions that `toMermaid` leaves out: those that stay where they are, and those between a
 * state and its own ancestor or out of a region, which Mermaid 11 loses or breaks on.
 */
export const undrawn = (chart: Chart): ChartTransition[] =>
  chart.transitions.filter((transition) => !isDrawn(chart, transition));

function isDrawn(chart: Chart, { source, targets }: ChartTransition): boolean {
  const region = regionOf(chart, source);
  return (
    targets.length === 1 &&
    targets.every(
      (target) =>
        target !== source &&
        !isWithin(target, source) &&
        !isWithin(source, target) &&
        (region === undefined || isWithin(target, region)),
    )
  );
}

/** The innermost region of a parallel state around a state, if there is one. */
function regionOf(chart: Chart, path: string): string | undefined {
  const parallel = chart.states.filter(({ type }) => type === 'parallel').map((it) => it.path);
  return chart.states
    .filter((state) => parallel.includes(state.parent ?? '?') && isWithin(path, state.path))
    .at(-1)?.path;
}

const isWithin = (path: string, outer: string): boolean =>
  path === outer || outer === '' || path.startsWith(`${outer}.`);

function inside(chart: Chart, state: ChartState): string[] {
  const children = chart.states.filter(({ parent }) => parent === state.path);
  const initial = children.find(({ key }) => key === state.initial);
  const start = initial ? [`[*] --> ${nameOf(initial.path)}`] : [];
  return [
    ...start,
    ...children.flatMap((child, index) => [
      ...(state.type === 'parallel' && index > 0 ? ['--'] : []),
      ...box(chart, child),
    ]),
  ];
}

function box(chart: Chart, state: ChartState): string[] {
  const name = nameOf(state.path);
  const inner = inside(chart, state).map((line) => `  ${line}`);
  const head = `state "${state.key}" as ${name}`;
  if (inner.length > 0) return [`${head} {`, ...inner, '}'];
  return state.type === 'final' ? [head, `${name} --> [*]`] : [head];
}

/** Transitions between the same two states share one arrow. */
function edges(transitions: readonly ChartTransition[]): string[] {
  const labels = new Map<string, string[]>();
  for (const transition of transitions) {
    const arrow = `${nameOf(transition.source)} --> ${nameOf(transition.targets[0] ?? '')}`;
    labels.set(arrow, [...(labels.get(arrow) ?? []), labelOf(transition)]);
  }
  return [...labels].map(([arrow, texts]) => `${arrow}: ${texts.join('<br/>')}`);
}

const labelOf = ({ trigger, guard }: ChartTransition): string =>
  `${trigger.words}${guard ? ` [${guard.words}]` : ''}`.replace(/[:;#{}"]/g, ' ');

const nameOf = (path: string): string => path.replaceAll('.', '_');
