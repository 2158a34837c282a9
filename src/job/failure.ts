import type { Failure } from '../errors.js';

/** The text of whatever was thrown; never empty, for a failure without words helps nobody. */
export function textOf(thrown: unknown): string {
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
