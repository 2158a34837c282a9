import { styleText } from 'node:util';
import type { Level, LogLine } from './log-lines.js';

type Style = Parameters<typeof styleText>[0];
type Fields = LogLine['fields'];

/** Dresses a text for a terminal, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

interface Cell {
  readonly text: string;
  readonly style?: Style;
  readonly width?: number;
}

const styles: Readonly<Record<Level, Style>> = {
  trace: 'gray',
  debug: 'cyan',
  info: 'green',
  warn: 'yellow',
  error: 'red',
  fatal: ['bold', 'red'],
};

/** Paints always, or never. */
export const paintWith = (colour: boolean): Paint =>
  colour ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;

/** One line for people: time, level, text, job and the other fields; below it the stack of an error. */
export function toPretty({ level, msg, fields }: LogLine, time: Date, paint: Paint): string {
  const { job_id: job, error, ...rest } = fields;
  const others = typeof error === 'string' ? rest : { error, ...rest };
  const cells: Cell[] = [
    { text: clockOf(time), style: 'dim' },
    { text: level.toUpperCase(), style: styles[level], width: 5 },
    { text: harmless(typeof error === 'string' ? `${msg}: ${error}` : msg), width: 26 },
    ...(job === undefined ? [] : [{ text: String(job), style: 'bold', width: 16 } as const]),
    ...pairs(others).map((text) => ({ text, style: 'dim' }) as const),
  ];
  const painted = cells.map(({ text, style, width = 0 }, at) => {
    const gap = at === cells.length - 1 ? 0 : Math.max(width - text.length, 0);
    return (style ? paint(style, text) : text) + ' '.repeat(gap);
  });
  return [painted.join(' '), ...frames(others).map((frame) => paint('dim', frame))].join('\n');
}

/** Text of a job must not steer the terminal; its further lines are indented. */
const harmless = (text: string): string =>
  text
    .replace(/(?!\n)\p{Cc}\[[\d;]*[A-Za-z]/gu, '')
    .replace(/\r?\n/g, '\n    ')
    .replace(/(?![\n\t])\p{Cc}/gu, '');

const clockOf = (time: Date): string => {
  const digits = (value: number, width = 2) => String(value).padStart(width, '0');
  const seconds = [time.getHours(), time.getMinutes(), time.getSeconds()].map((it) => digits(it));
  return `${seconds.join(':')}.${digits(time.getMilliseconds(), 3)}`;
};

/** `name=value` for each field that says something; objects with their members one by one. */
function pairs(fields: Fields, above = ''): string[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    if (value === undefined || value === '') return [];
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && !isError(value)
      ? pairs(value as Fields, `${above}${name}.`)
      : [`${above}${name}=${shown(value)}`];
  });
}

function shown(value: unknown): string {
  const text = isError(value) ? value.message : value;
  if (typeof text !== 'string')
    return typeof text === 'object' ? JSON.stringify(text) : String(text);
  return /^[^\s="\p{Cc}]+$/u.test(text) ? text : JSON.stringify(text);
}

interface Described {
  readonly message: string;
  readonly stack: string;
}

const isError = (value: unknown): value is Described =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Partial<Described>).stack === 'string' &&
  typeof (value as Partial<Described>).message === 'string';

/** The first frames of the user's own code: the others do not help to find the place. */
const frames = (fields: Fields): string[] =>
  Object.values(fields)
    .filter(isError)
    .flatMap(({ stack }) => stack.split('\n').map((frame) => frame.trim()))
    .filter((frame) => frame.startsWith('at ') && !/\(?node:|[\\/]node_modules[\\/]/.test(frame))
    .slice(0, 6)
    .map((frame) => `    ${frame}`);
