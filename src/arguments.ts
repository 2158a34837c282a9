import { WorkerError } from './errors.js';

/** What a function was given, in a few words that show no more than a number or a short text. */
export function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean' || value == null) return `${value}`;
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80));
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A function got what it does not take. */
export const argumentError = (name: string, expected: string, value: unknown): WorkerError =>
  new WorkerError('ERR_INVALID_ARGUMENT', `${name}: expected ${expected}; got ${shown(value)}.`);

/** An object with no other names than these; what they hold is for the caller to check. */
export function optionsOf<Options extends object>(
  name: string,
  options: Options,
  known: readonly (keyof Options & string)[],
): Options {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw argumentError(name, `an object with ${known.join(', ')}`, given);
  const unknown = Object.keys(given).find((key) => !known.some((one) => one === key));
  if (unknown !== undefined)
    throw new WorkerError(
      'ERR_INVALID_ARGUMENT',
      `${name}: there is no option ${unknown}; it takes ${known.join(', ')}.`,
    );
  return options;
}
