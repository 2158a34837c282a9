import * as v from 'valibot';
import { WorkerError, type WorkerErrorCode } from '../errors.js';

/** The longest time that a timer of Node can count. */
const longestTimerMs = 2 ** 31 - 1;

const isTime = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= longestTimerMs;

/** Milliseconds that a timer can count. */
export const milliseconds = v.custom<number>(isTime, `milliseconds from 0 to ${longestTimerMs}`);

/** Milliseconds, or no limit. */
export const limit = v.custom<number>(
  (value) => value === Number.POSITIVE_INFINITY || isTime(value),
  `milliseconds from 0 to ${longestTimerMs}, or Infinity for no limit`,
);

/** How often something happens at most. */
export const count = v.custom<number>(
  (value) =>
    value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && Number(value) >= 0),
  'a whole number from 0, or Infinity',
);

export const text = v.string('a text');

/** A text that names something. */
export const name = v.pipe(text, v.nonEmpty('a text that is not empty'));

/** Texts by name. */
export const texts = v.record(v.string(), text, 'an object whose values are texts');

export const aFunction = v.function('a function');

/** One of some words. */
export const word = <const Words extends readonly string[]>(...words: Words) =>
  v.picklist(words, `one of ${words.join(', ')}`);

/** An object that has these members, each of which may be missing, and no others. */
export const members = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.partial(v.strictObject(entries, 'an object'));

/**
 * Refuses what a schema does not take. The message names all that is wrong, and no text that was
 * given, for it may be a secret.
 *
 * @throws WorkerError with `code`.
 */
export function check(
  code: Extract<WorkerErrorCode, 'ERR_INVALID_ARGUMENT' | 'ERR_INVALID_OPTIONS'>,
  of: string,
  schema: v.GenericSchema,
  value: unknown,
): void {
  const { issues = [] } = v.safeParse(schema, value);
  if (issues.length === 0) return;
  throw new WorkerError(code, `${of}: ${issues.map(wordsFor).join('; ')}.`);
}

function wordsFor(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  const place = path ? `${path}: ` : '';
  if (issue.type === 'strict_object' && issue.expected === 'never') return `${place}no such option`;
  if (issue.type === 'strict_object' && path) return `${place}is missing`;
  const got = typeof issue.input === 'string' ? 'a text' : issue.received;
  return `${place}expected ${issue.message}, got ${issue.type === 'picklist' ? issue.received : got}`;
}
