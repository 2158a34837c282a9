import { argumentError } from '../arguments.js';
import type { Policy } from './policy.js';

/**
 * A policy that allows `count` jobs at the same time, accepted offers included. The option
 * `maxJobs` says the same; this is for composing.
 *
 * @throws WorkerError `ERR_INVALID_ARGUMENT` when `count` is neither a whole number nor `Infinity`.
 */
export function maxJobs(count: number): Policy {
  checkCount('maxJobs', count);
  return ({ capacity }) => capacity.activeJobs + capacity.reservedJobs < count;
}

/**
 * A policy that allows `count` jobs of this worker in one room at the same time, accepted offers
 * included. Jobs of other workers in the room are not known here.
 *
 * @throws WorkerError `ERR_INVALID_ARGUMENT` when `count` is neither a whole number nor `Infinity`.
 *
 * @example
 * withPolicies(workerMachine, { acceptsJob: maxPerRoom(1) });
 */
export function maxPerRoom(count: number): Policy {
  checkCount('maxPerRoom', count);
  return ({ capacity }) => capacity.jobsInRoom < count;
}

function checkCount(name: string, count: unknown): void {
  if (!(Number.isInteger(count) || count === Number.POSITIVE_INFINITY) || (count as number) < 0)
    throw argumentError(name, 'a whole number, zero or more, or Infinity', count);
}
