import { styleText } from 'node:util';
import type { Level, LogLine } from './log-lines.js';

type Style = Parameters<typeof styleText>[0];

/** Dresses a text for a terminal, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

const styles: Readonly<Record<Level, Style>> = {
  trace: 'gray',
  debug: 'cyan',
  info: 'green',
  warn: 'yellow',
  error: 'red',
  fatal: ['bold', 'red'],
};
const textWidth = 26;
const jobWidth = 16;

/** Paints always, or never. */
export const paintWith = (colour: boolean): Paint =>
  colour ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;

/** One line for people: time, level, text, job, and the other fields; below it the stack of an error. */
export function toPretty({ level, msg, fields }: LogLine, time: Date, paint: Paint): string {
  const { job_id, error, ...rest } = fields;
  const text = typeof error === 'string' ? `${msg}: ${error}` : msg;
  const others = typeof error === 'string' || error === undefined ? rest : { ...rest, error };
  const tail = [
    ...(job_id === undefined ? [] : [paint('bold', String(job_id).padEnd(jobWidth))]),
    ...pairs(others, paint),
  ];
  const head = [
    paint('dim', clock(time)),
    paint(styles[level], level.toUpperCase().padEnd(5)),
    tail.length > 0 ? text.padEnd(textWidth) : text,
  ];
  return [[...head, ...tail].join(' ').trimEnd(), ...stacks(others, paint)].join('\n');
}

const clock = (time: Date): string => {
  const two = (value: number) => String(value).padStart(2, '0');
  const [h, m, s] = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two);
  return `${h}:${m}:${s}.${String(time.getMilliseconds()).padStart(3, '0')}`;
};

function pairs(fields: Readonly<Record<string, unknown>>, paint: Paint): string[] {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => paint('dim', `${name}=${shown(value)}`));
}

interface Described {
  readonly message: string;
  readonly stack: string;
}

const isError = (value: unknown): value is Described =>
  typeof value === 'object' &&
  value !== null &&
  'stack' in value &&
  typeof value.stack === 'string' &&
  'message' in value &&
  typeof value.message === 'string';

const shown = (value: unknown): string => {
  if (typeof value === 'string') return /^[^\s="]+$/.test(value) ? value : JSON.stringify(value);
  if (isError(value)) return JSON.stringify(value.message);
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
};

/** Frames of user code; Node's own say nothing, and a few are enough to find the place. */
function stacks(fields: Readonly<Record<string, unknown>>, paint: Paint): string[] {
  return Object.values(fields)
    .filter(isError)
    .flatMap(({ stack }) => stack.split('\n').filter((frame) => /^\s+at /.test(frame)))
    .filter((frame) => !/\(?node:|[\\/]node_modules[\\/]/.test(frame))
    .slice(0, 6)
    .map((frame) => paint('dim', `    ${frame.trim()}`));
}
