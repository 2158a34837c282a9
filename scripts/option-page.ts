import { readFile } from 'node:fs/promises';
import type { Mode, PairedRow, Row } from '../src/options/rows.js';
import { type OptionName, optionTable } from '../src/options/table.js';
import type { Page } from './machine-docs.js';
import { code, table } from './markdown.js';
import { memberDocs } from './member-docs.js';

const root = new URL('../', import.meta.url);
const file = 'docs/options.md';

/** What an option says of itself, and what its row does. */
export interface OptionDoc {
  readonly name: OptionName;
  readonly row: Row<unknown> | PairedRow<unknown>;
  readonly meaning: string;
  /** The words after "Default:". */
  readonly said: string | undefined;
}

const head = `# Options

<!-- Written by \`npm run docs\` from src/options/table.ts. -->

What \`new WorkerOptions({ … })\` takes. \`entrypointFnc\`, or \`agent\` for a module of its own, and the
three of the server (\`url\`, \`apiKey\`, \`apiSecret\`, usually as variables) are all that is required.

- A flag beats an option, an option beats a variable, a variable beats the default. Only
  \`LIVEKIT_AGENT_NAME_OVERRIDE\` beats all of them. An empty variable counts as not set.
- \`dev\` and \`start\` are the commands. \`createWorker\` and \`createActor\` use the defaults of \`start\`.
  An option with two defaults also takes a pair, \`{ dev: 0, prod: 4 }\`; what a pair leaves out keeps
  its default.
- Durations are milliseconds. In flags they may have a unit: \`500ms\`, \`90s\`, \`30m\`, \`1h\`.
- \`NUM_CPUS\` is no option: it says how many CPUs make a load of 1 ([Load](load.md)).
- \`0\` means zero and \`Infinity\` means no limit, everywhere.
- Everything that is wrong is told at once, in one error: \`ERR_INVALID_OPTIONS\` or
  \`ERR_MISSING_CREDENTIALS\` ([Errors](errors.md)). A name that does not exist is wrong, too.`;

const foot = `The flags of each command are in [The command line](commands.md).
A key or secret in a flag can be read in the process list by everybody on the machine; the log warns.`;

/** The page of options: every row of the table. */
export async function optionPage(): Promise<Page> {
  const rows = (await optionDocs()).map(({ name, row, meaning, said = '' }) => [
    code(name),
    meaning,
    row.expects,
    said,
    [row.env, row.otherEnv, row.overrideEnv, row.flag].map(code).filter(Boolean).join(' '),
  ]);
  const columns = ['option', 'meaning', 'takes', 'default', 'variable, flag'];
  const text = `${[head, table(columns, rows), foot].join('\n\n')}\n`;
  return { file, url: new URL(file, root), text };
}

/** Every option with the TSDoc of its row. */
export async function optionDocs(): Promise<OptionDoc[]> {
  const source = await readFile(new URL('src/options/table.ts', root), 'utf8');
  const docs = memberDocs(source, 'optionTable');
  return (Object.keys(optionTable) as OptionName[]).map((name) => {
    const doc = docs.get(name);
    if (!doc) throw new Error(`There is no TSDoc above ${name}.`);
    const [meaning = '', said] = doc.split(/ ?Default: (.+)\.$/);
    return { name, row: optionTable[name], meaning, said };
  });
}

/** The default of a row in words, as its TSDoc should have it; undefined for a row without one. */
export function defaultInWords({ fallback }: Row<unknown>): string | undefined {
  if (!fallback) return undefined;
  const [dev, start] = (['dev', 'start'] satisfies Mode[]).map((mode) => inWords(fallback(mode)));
  return dev === start ? dev : `${dev} in dev, ${start} in start`;
}

const inWords = (value: unknown): string => {
  if (typeof value !== 'number') return typeof value === 'boolean' ? `${value}` : quoted(value);
  return value < 10_000 ? `${value}` : `${value}`.replace(/\B(?=(\d{3})+$)/g, '_');
};

const quoted = (value: unknown): string =>
  `\`${typeof value === 'string' ? `'${value}'` : JSON.stringify(value)}\``;
