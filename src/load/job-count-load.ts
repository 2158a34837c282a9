import { argumentError } from '../arguments.js';
import type { LoadFnc } from '../machines/worker.types.js';

/**
 * The number of jobs that run, as a share of `count`: with `jobCountLoad(10)` each job is a tenth.
 * A worker with a `loadThreshold` of 0.7 is then full at seven jobs. For a limit alone use the
 * option `maxJobs`.
 *
 * @throws WorkerError `ERR_INVALID_ARGUMENT` when `count` is no number above 0.
 *
 * @example
 * new WorkerOptions({ loadFnc: maxLoad(cpuLoad(), jobCountLoad(10)), entrypointFnc });
 */
export function jobCountLoad(count: number): LoadFnc {
  if (!(typeof count === 'number' && count > 0 && Number.isFinite(count)))
    throw argumentError('jobCountLoad', 'a number above 0', count);
  return ({ activeJobs }) => Math.min(activeJobs.length / count, 1);
}
