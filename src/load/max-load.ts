import { argumentError, shown } from '../arguments.js';
import { WorkerError } from '../errors.js';
import type { LoadFnc, WorkerView } from '../machines/worker.types.js';

/**
 * The highest of several loads: a worker is as full as what is scarcest. The parts may be
 * asynchronous. While one of them fails the whole fails, with that part's error.
 *
 * @throws WorkerError `ERR_INVALID_ARGUMENT` without a part, or with one that is no function. The
 * function throws `ERR_LOAD_FNC`, and names the part, when one returns no number from 0.
 *
 * @example
 * new WorkerOptions({ loadFnc: maxLoad(cpuLoad(), jobCountLoad(10)), entrypointFnc });
 */
export function maxLoad(...parts: readonly [LoadFnc, ...LoadFnc[]]): LoadFnc {
  if (parts.length === 0) throw argumentError('maxLoad', 'at least one load function', undefined);
  const wrong = parts.findIndex((part) => typeof part !== 'function');
  if (wrong >= 0)
    throw argumentError('maxLoad', `a load function as argument ${wrong + 1}`, parts[wrong]);

  const load: LoadFnc = (worker) => {
    const loads = parts.map((part) => asked(part, worker));
    return loads.some((one) => typeof one === 'object')
      ? Promise.all(loads).then(highest)
      : highest(loads);
  };
  const highest = (loads: readonly unknown[]): number => Math.max(...loads.map(checked));
  const checked = (value: unknown, index: number): number => {
    if (typeof value === 'number' && value >= 0) return value;
    const name = parts[index]?.name;
    throw new WorkerError(
      'ERR_LOAD_FNC',
      `Part ${index + 1} of maxLoad${name ? ` (${name})` : ''} returned ${shown(value)}, not a number from 0 to 1.`,
    );
  };
  return Object.assign(load, {
    sample() {
      for (const part of parts) part.sample?.();
    },
  });
}

/** A part that throws rejects, so that no other part's rejection is left without anybody to hear it. */
function asked(part: LoadFnc, worker: WorkerView): number | Promise<number> {
  try {
    return part(worker);
  } catch (error) {
    return Promise.reject(error);
  }
}
