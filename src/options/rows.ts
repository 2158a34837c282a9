/** `dev` is for writing an agent, `start` for production: some defaults differ. */
export type Mode = 'dev' | 'start';

/** One row of the table of options: how to tell a good value, and what to use without one. */
export interface Row<T> {
  /** What a good value is: the text after "expected". */
  readonly expects: string;
  readonly accepts: (value: unknown) => boolean;
  /** The value when nobody gave one; a row without it may stay undefined. */
  readonly fallback?: (mode: Mode) => T;
  /** The environment variable of lowest precedence. */
  readonly env?: string;
  /** Another variable for the same, which is read when that one is not set. */
  readonly otherEnv?: string;
  /** The environment variable that beats everything. */
  readonly overrideEnv?: string;
  /** The flag of the command line. */
  readonly flag?: string;
  /** Reads the text of a flag or variable; what it cannot read stays text, and is refused. */
  readonly read?: (text: string) => unknown;
  /** How to put a refused value right. */
  readonly remedy?: (value: unknown) => string | undefined;
  /** Its values are never shown. */
  readonly secret?: true;
}

/** A row whose option may be given as `{ dev, prod }`. */
export interface PairedRow<T> extends Row<T> {
  readonly paired: true;
}

/** Different values for `dev` and for `start`; what is left out keeps its default. */
export interface Pair<T> {
  readonly dev?: T | undefined;
  readonly prod?: T | undefined;
}

type More<T> = Partial<Row<T>>;

/** The longest time that a timer of Node holds; a longer one fires after 1 ms. */
export const longestTimer = 2 ** 31 - 1;

/** One default for both modes. */
export const always = <T>(row: Row<T>, value: T): Row<T> => ({ ...row, fallback: () => value });

/** A default for each mode, and `{ dev, prod }` accepted. */
export const byMode = <T>(row: Row<T>, dev: T, prod: T): PairedRow<T> => ({
  ...row,
  fallback: (mode) => (mode === 'dev' ? dev : prod),
  paired: true,
});

/** A function of the user. */
export const callback = <T>(expects: string): Row<T> => ({
  expects,
  accepts: (value) => typeof value === 'function',
});

/** A text, perhaps empty. */
export const text = (more: More<string> = {}): Row<string> => ({
  expects: 'a text',
  accepts: (value) => typeof value === 'string',
  ...more,
});

/** A text that is never shown. */
export const secret = (more: More<string>): Row<string> => ({
  expects: 'a text that is not empty',
  accepts: (value) => typeof value === 'string' && value !== '',
  secret: true,
  ...more,
});

/** `true` or `false`; a variable may also say `1`, `yes`, `on`, `0`, `no` or `off`. */
export const flag = (more: More<boolean> = {}): Row<boolean> => ({
  expects: 'true or false',
  accepts: (value) => typeof value === 'boolean',
  read: readFlag,
  ...more,
});

/** One of some words; texts from outside may be written in any case. */
export const word = <T extends string>(words: readonly T[], more: More<T> = {}): Row<T> => ({
  expects: `one of ${words.map((one) => `"${one}"`).join(', ')}`,
  accepts: (value) => words.some((one) => one === value),
  read: (written) => written.toLowerCase(),
  ...more,
});

const number = (
  expects: string,
  within: (value: number) => boolean,
  more: More<number>,
): Row<number> => ({
  expects,
  accepts: (value) => typeof value === 'number' && within(value),
  read: readNumber,
  ...more,
});

/** A whole number within bounds. */
export const count = (least: number, most: number, more: More<number> = {}): Row<number> =>
  number(
    most === Number.MAX_SAFE_INTEGER
      ? `a whole number, ${least} or more`
      : `a whole number from ${least} to ${most}`,
    (value) => value >= least && value <= most && Number.isInteger(value),
    more,
  );

/** A whole number with a lower bound, or `Infinity` for no limit. */
export const limit = (least: number, more: More<number> = {}): Row<number> =>
  number(
    `a whole number, ${least} or more, or Infinity`,
    (value) => value >= least && (Number.isSafeInteger(value) || value === Infinity),
    more,
  );

/** Megabytes, or `Infinity` for no limit. */
export const megabytes = (
  expects: string,
  within: (value: number) => boolean,
  more: More<number> = {},
): Row<number> => number(`${expects}, or Infinity`, within, more);

/** A share of 1; `Infinity` is never reached. */
export const share = (more: More<number>): Row<number> =>
  number(
    'a number from 0 to 1, or Infinity',
    (value) => (value >= 0 && value <= 1) || value === Infinity,
    {
      remedy: (value) =>
        typeof value === 'number' && value > 1 && value <= 100
          ? `For ${value} % write ${value / 100}; Infinity turns it off.`
          : undefined,
      ...more,
    },
  );

/** Milliseconds; texts may carry a unit. `Infinity` sets no timer. */
export const duration = (more: More<number> = {}): Row<number> =>
  number(
    `milliseconds from 0 to ${longestTimer}, or Infinity`,
    (value) => (value >= 0 && value <= longestTimer) || value === Infinity,
    {
      read: readDuration,
      remedy: (value) =>
        typeof value === 'number' && value > longestTimer
          ? 'For no limit use Infinity.'
          : undefined,
      ...more,
    },
  );

/** What JSON gives back as it was. It may hold secrets, so it is never shown. */
export const json = (): Row<unknown> => ({
  expects: 'a value that JSON can hold',
  accepts: (value) => isJson(value),
  secret: true,
});

function isJson(value: unknown): boolean {
  // Not imported: as a module it loads much of Node with it.
  const { isDeepStrictEqual } = process.getBuiltinModule('node:util');
  try {
    return isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value);
  } catch {
    return false;
  }
}

/** Texts in a list. */
export const list = (expects: string): Row<readonly string[]> => ({
  expects,
  accepts: (value) =>
    Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== ''),
});

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

function readFlag(written: string): unknown {
  if (/^(1|true|yes|on)$/i.test(written)) return true;
  return /^(0|false|no|off)$/i.test(written) ? false : written;
}

function readNumber(written: string): unknown {
  const value = Number(written);
  return written.trim() === '' || Number.isNaN(value) ? written : value;
}

function readDuration(written: string): unknown {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(written.trim()) ?? [];
  return amount === undefined ? readNumber(written) : Number(amount) * (units[unit] ?? 1);
}
