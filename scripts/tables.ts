import { readFile } from 'node:fs/promises';
import { commandNames } from '../src/cli/commands.js';
import { exitCodes } from '../src/cli/exit-codes.js';
import { agentFlags, flagsOf } from '../src/cli/flags.js';
import { logTable } from './log-table.js';
import { code, table } from './markdown.js';
import { memberDocs } from './member-docs.js';

const place = /<!-- table: (\S+) -->\n(?:\|.*\n)*/g;

/** The tables that pages show, by the name in their place. */
export type Tables = Readonly<Record<string, string>>;

/** A page with each table in its place. A name that is none is an error. */
export const withTables = (page: string, tables: Tables): string =>
  page.replace(place, (_, name: string) => {
    const text = tables[name];
    if (text === undefined) throw new Error(`There is no table ${name}.`);
    return `<!-- table: ${name} -->\n${text}\n`;
  });

/** Every table that is made from the code. */
export const tablesOfPages = async (): Promise<Tables> => ({
  'exit-codes': await exitCodeTable(),
  flags: flagTable(),
  'log-lines': await logTable(),
});

async function exitCodeTable(): Promise<string> {
  const source = await readFile(new URL('../src/cli/exit-codes.ts', import.meta.url), 'utf8');
  const docs = memberDocs(source, 'exitCodes');
  return table(
    ['code', 'meaning'],
    Object.entries(exitCodes).map(([name, code]) => [String(code), docs.get(name) ?? '']),
  );
}

function flagTable(): string {
  const has = (command: (typeof commandNames)[number], flag: (typeof agentFlags)[number]) =>
    flagsOf(command).includes(flag);
  return table(
    ['flag', 'meaning', ...commandNames],
    agentFlags.map((flag) => [
      code(flag.syntax),
      flag.choices === undefined ? flag.help : `${flag.help}: ${flag.choices.join(', ')}`,
      ...commandNames.map((command) => (has(command, flag) ? '✓' : '')),
    ]),
  );
}
