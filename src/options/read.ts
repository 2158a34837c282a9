import { didYouMean } from './names.js';
import { problemsOf } from './problems.js';
import type { Mode, PairedRow, Row } from './rows.js';

/** Environment variables. */
export type Env = Readonly<Record<string, string | undefined>>;
/** A table of options. */
export type Rows = Readonly<Record<string, Row<unknown> | PairedRow<unknown>>>;
type Given = Readonly<Record<string, unknown>>;

/** Where values come from beside the options: a flag beats an option, an option beats a variable. */
export interface Sources {
  readonly mode: Mode;
  readonly env: Env;
  /** Texts or values of command-line flags, by option name. */
  readonly flags: Given;
}

interface Found {
  readonly value: unknown;
  /** The flag or variable that it comes from. */
  readonly from?: string | undefined;
}

const halfOf: Readonly<Record<Mode, string>> = { dev: 'dev', start: 'prod' };
const halves = Object.values(halfOf);

/** What is wrong with the values that were passed as options, used or not. */
export const givenProblems = (rows: Rows, given: Given): string[] =>
  Object.entries(given).flatMap(([name, value]) => {
    const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
    if (row === undefined)
      return [`${name}: no such option.${didYouMean(name, Object.keys(rows))}`];
    if (!isPair(row, value)) return problemsOf(name, row, value);
    return Object.entries(value).flatMap(([half, one]) =>
      halves.includes(half)
        ? problemsOf(`${name}.${half}`, row, one)
        : [`${name}.${half}: a pair has "dev" and "prod" only.`],
    );
  });

/** Every option's value from its best source, and all that is wrong in any of them. */
export const readOptions = (
  rows: Rows,
  given: Given,
  sources: Sources,
): {
  readonly values: Given;
  readonly problems: string[];
  /** The flag or variable that a value comes from, by option name. */
  readonly origins: Readonly<Record<string, string | undefined>>;
} => {
  const values: Record<string, unknown> = {};
  const origins: Record<string, string | undefined> = {};
  const problems = [...givenProblems(rows, given)];
  for (const [name, row] of Object.entries(rows)) {
    const { value, from } = find(name, row, given[name], sources);
    values[name] = value;
    origins[name] = from;
    if (from !== undefined) problems.push(...problemsOf(`${name} (from ${from})`, row, value));
  }
  return { values, problems, origins };
};

function find(name: string, row: Row<unknown>, given: unknown, sources: Sources): Found {
  const { mode, env, flags } = sources;
  const fromText = (written: unknown, from: string | undefined): Found => ({
    value: typeof written === 'string' && row.read ? row.read(written) : written,
    from,
  });
  const option = isPair(row, given) ? given[halfOf[mode]] : given;
  // An empty variable counts as unset: compose files and shells write "none" like that.
  const [override, variable, other] = [row.overrideEnv, row.env, row.otherEnv].map(
    (key) => (key && env[key]) || undefined,
  );

  if (override !== undefined) return fromText(override, row.overrideEnv);
  if (flags[name] !== undefined) return fromText(flags[name], row.flag ?? name);
  if (option !== undefined) return { value: option };
  if (variable !== undefined) return fromText(variable, row.env);
  if (other !== undefined) return fromText(other, row.otherEnv);
  return { value: row.fallback?.(mode) };
}

const isPair = (row: Row<unknown>, value: unknown): value is Given =>
  'paired' in row && typeof value === 'object' && value !== null && !Array.isArray(value);
