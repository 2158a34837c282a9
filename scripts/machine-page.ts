import {
  type Chart,
  type ChartState,
  shownPath,
  toGraph,
  toMermaid,
  toTable,
  undrawn,
} from '../src/observe/statechart.js';
import type { MachineFile } from './machine-files.js';
import { table } from './markdown.js';
import { sentenceAbove, stateComment } from './source-text.js';
import { type UnionMember, unionMembers } from './type-text.js';

/** The page of one machine: its sentence, chart, states, transitions, and what goes in and out. */
export function machinePage({ name, machine, source, types }: MachineFile): string {
  const chart = toGraph(machine);
  return `${[
    `# ${machine.id}`,
    `<!-- Written by \`npm run docs\` from src/machines/${name}.machine.ts. -->`,
    sentenceAbove(source, `${machine.id}Machine`),
    '## Chart',
    `\`\`\`mermaid\n${toMermaid(chart)}\n\`\`\``,
    leftOut(chart),
    '## States',
    table(
      ['state', 'kind', 'tags', 'runs', 'note'],
      chart.states.map((state) => stateRow(state, stateComment(source, state.path))),
    ),
    '## Transitions',
    'In the order in which they are tried. A row of `(any)` holds in every state that does not say otherwise.',
    toTable(chart),
    '## Events',
    'What it hears.',
    eventTable(unionMembers(types, `${name}.types.ts`, 'Event')),
    '## Emitted',
    'What it emits, and tells the actor that started it.',
    eventTable(unionMembers(types, `${name}.types.ts`, 'Emitted')),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}

function stateRow(
  { path, type, tags, invokes, initial, description }: ChartState,
  comment: string | undefined,
): string[] {
  const kind = initial === undefined ? type : `${type}, first \`${initial}\``;
  const runs = invokes.map(({ id, src }) => (id === src ? `\`${id}\`` : `\`${id}\` (${src})`));
  return [
    `\`${shownPath(path)}\``,
    kind,
    tags.map((tag) => `\`${tag}\``).join(' '),
    runs.join(' '),
    description ?? comment ?? '',
  ];
}

/** Transitions that go somewhere and are not drawn. */
function leftOut(chart: Chart): string {
  const lines = undrawn(chart)
    .filter(({ targets }) => targets.length > 0)
    .map(({ source, trigger, guard, targets }) => {
      const condition = guard ? ` if ${guard.words}` : '';
      return `- \`${shownPath(source)}\`: on \`${trigger.words}\`${condition} to \`${targets.join('`, `')}\``;
    });
  return lines.length > 0 ? `Not drawn:\n\n${lines.join('\n')}` : '';
}

const eventTable = (events: readonly UnionMember[]): string =>
  table(
    ['event', 'carries', 'meaning'],
    events.map(({ name, fields, doc }) => [
      `\`${name}\``,
      fields.map((field) => `\`${field}\``).join(' '),
      doc,
    ]),
  );
