import type { Chart, ChartState, ChartTransition } from './graph.js';

const stays = '(stays)';

/**
 * Writes a chart as a Markdown table: in which state, on what, if what, then where, doing what.
 * It is complete, and the form in which a change of a chart is reviewed.
 */
export function toTable(chart: Chart): string {
  const rows = chart.states.flatMap((state) => [
    ...ownRows(state),
    ...chart.transitions.filter(({ source }) => source === state.path).map(transitionRow),
  ]);
  return [['state', 'on', 'if', 'then', 'do'], ['---', '---', '---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.map(escaped).join(' | ')} |`)
    .join('\n');
}

/** The name of a state for readers; what holds in every state belongs to the machine itself. */
export const shownPath = (path: string): string => path || '(any)';

function ownRows({ path, entry, exit }: ChartState): string[][] {
  const row = (on: string, actions: ChartState['entry']) =>
    actions.length > 0 ? [[shownPath(path), on, '', '', listed(actions)]] : [];
  return [...row('entry', entry), ...row('exit', exit)];
}

function transitionRow(transition: ChartTransition): string[] {
  const { source, trigger, guard, actions } = transition;
  return [
    shownPath(source),
    trigger.words,
    guard?.words ?? '',
    destination(transition),
    listed(actions),
  ];
}

function destination({ targets, reenter, forbidden, source }: ChartTransition): string {
  if (forbidden) return '(ignored)';
  if (targets.length === 0) return stays;
  const again = reenter && targets.includes(source) ? ' (again)' : '';
  return `${targets.join(', ')}${again}`;
}

const listed = (actions: ChartState['entry']): string =>
  actions.map(({ words }) => words).join(', ');

const escaped = (cell: string): string => cell.replaceAll('|', '\\|');
