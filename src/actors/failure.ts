import type { Failure } from '../errors.js';

/**
 * Turns whatever was thrown into plain data of one line; an error without a code of its own gets
 * the one given. It never throws, whatever the thrown value does when it is read.
 */
export function failureOf(error: unknown, fallbackCode: string): Failure {
  try {
    const { code, message } = Object(error) as { code?: unknown; message?: unknown };
    return {
      code: typeof code === 'string' ? code : fallbackCode,
      message: firstLine(typeof message === 'string' ? message : String(error)),
    };
  } catch {
    return { code: fallbackCode, message: 'an unreadable value was thrown' };
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
