import type { Failure } from '../errors.js';
import { shorten } from './plain.js';

const longestFailure = 8_192;

/**
 * The text of whatever was thrown; never empty, for a failure without words helps nobody, and never
 * too long for a message. It never throws itself.
 */
export function textOf(thrown: unknown): string {
  try {
    return shorten(wordsIn(thrown), longestFailure);
  } catch {
    return 'something unreadable';
  }
}

function wordsIn(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown) || 'an empty text';
  const { message, name } = thrown as { message?: unknown; name?: unknown };
  if (typeof message === 'string' && message !== '') return message;
  return typeof name === 'string' ? `${name} without a message` : 'something without a message';
}

/** What travels to the parent instead of what was thrown. */
export const failureOf = (code: string, thrown: unknown): Failure => ({
  code,
  message: textOf(thrown),
});

/** Whether a rejection is only the echo of an abort, as most libraries give it. */
export function isAbort(thrown: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  if (thrown === signal.reason) return true;
  if (typeof thrown !== 'object' || thrown === null) return false;
  const { name, code, cause } = thrown as { name?: unknown; code?: unknown; cause?: unknown };
  return name === 'AbortError' || code === 'ABORT_ERR' || cause === signal.reason;
}
