import { WorkerError } from '../errors.js';
import type { WorkerOptions } from '../worker-options.js';

/** Whether a value is worker options: by shape, since a file may import another copy of this package. */
export const isOptions = (value: unknown): value is WorkerOptions<unknown> =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Partial<WorkerOptions<unknown>>).resolve === 'function' &&
  'definition' in value;

/**
 * The options that `cli.runApp` was called with.
 *
 * @throws WorkerError `ERR_INVALID_OPTIONS` for anything else.
 */
export function optionsFrom(value: unknown): WorkerOptions<unknown> {
  if (isOptions(value)) return value;
  throw new WorkerError(
    'ERR_INVALID_OPTIONS',
    `cli.runApp takes worker options, got ${kindOf(value)}. Write cli.runApp(new WorkerOptions({ entrypointFnc: async (ctx) => { … } })).`,
  );
}

/** A word for what it is. What is in it may be secret. */
function kindOf(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Promise) return 'a promise: await it first';
  return typeof value === 'object' ? 'a plain object' : `a ${typeof value}`;
}
