import { WorkerError } from './errors.js';
import type { Capacity, Offer } from './machines/job.types.js';
import type { jobRequestMachine } from './machines/job-request.machine.js';
import type { workerMachine } from './machines/worker.machine.js';
import { type PoolPolicies, poolPolicies, withPoolGuards } from './policies/pool.js';

export type { PoolPolicies, PoolView, WaitingJob } from './policies/pool.js';

/** What a policy decides from. */
export interface PolicyInput {
  /** What the server offers. */
  readonly offer: Offer;
  /** What this worker has to do already. */
  readonly capacity: Capacity;
}

/**
 * Decides about one offer: true takes it, false leaves it to the next worker. It is a guard of the
 * job request machine, so it must be synchronous, quick and without effects. What has to ask
 * somebody belongs into `requestFnc`.
 */
export type Policy = (input: PolicyInput) => boolean;

/** The guards of the job request machine and of the process pool that a user may replace. */
export interface Policies extends PoolPolicies {
  /**
   * Is there a place for one more job? Replaces that count, but can only be stricter: a worker at
   * `maxJobs` or `loadThreshold` refuses before a policy is asked.
   */
  readonly hasCapacity?: Policy;
  /** Does this worker want this job? */
  readonly acceptsJob?: Policy;
}

const requestPolicies: readonly string[] = [
  'hasCapacity',
  'acceptsJob',
] satisfies (keyof Policies)[];
const names = [...requestPolicies, ...poolPolicies];
const asyncTag = /^Async/;

/**
 * Gives a worker machine policies of your own; those of an earlier call stay. It is short for the
 * nested `provide` that xstate needs, since a guard provided to a machine does not reach its
 * children. A policy that throws, or returns anything but true or false, refuses that one offer; one
 * of the pool decides nothing then, and its default does.
 *
 * @throws WorkerError `ERR_POLICY` for an asynchronous function, which a guard cannot be, and for
 * a name that is no policy.
 *
 * @example
 * const machine = withPolicies(workerMachine, {
 *   acceptsJob: ({ offer, capacity }) => offer.agentName === 'vip' || capacity.activeJobs < 2,
 * });
 */
export function withPolicies(
  machine: typeof workerMachine,
  policies: Policies,
): typeof workerMachine {
  const guards = Object.fromEntries(
    Object.entries(policies).map(([name, policy]) => [name, asGuard(name, policy)]),
  );
  const request = machine.implementations.actors.jobRequest as typeof jobRequestMachine;
  const own = Object.fromEntries(
    Object.entries(guards).filter(([name]) => requestPolicies.includes(name)),
  );
  const jobRequest = request.provide({ guards: own });
  return withPoolGuards(machine.provide({ actors: { jobRequest } }), guards);
}

/**
 * A policy that allows `count` jobs at the same time, accepted offers included. The option
 * `maxJobs` says the same; this is for composing.
 *
 * @throws WorkerError `ERR_INVALID_ARGUMENT` when `count` is neither a whole number nor `Infinity`.
 */
export function maxJobs(count: number): Policy {
  if (!(Number.isInteger(count) || count === Number.POSITIVE_INFINITY) || count < 0)
    throw new WorkerError(
      'ERR_INVALID_ARGUMENT',
      `maxJobs: expected a whole number, zero or more, or Infinity; got ${String(count)}.`,
    );
  return ({ capacity }) => capacity.activeJobs + capacity.reservedJobs < count;
}

function asGuard(name: string, policy: unknown): (_: unknown, input: never) => boolean {
  if (!names.includes(name))
    throw new WorkerError(
      'ERR_POLICY',
      `${name} is no policy of a worker. Policies are ${names.join(', ')}.`,
    );
  if (typeof policy !== 'function')
    throw new WorkerError('ERR_POLICY', `${name}: expected a function, got ${typeof policy}.`);
  if (asyncTag.test(Object.prototype.toString.call(policy).slice('[object '.length)))
    throw new WorkerError(
      'ERR_POLICY',
      `${name} is asynchronous. A guard answers at once; decide in requestFnc what has to wait.`,
    );
  return (_, input) => {
    const verdict: unknown = (policy as (input: never) => unknown)(input);
    if (typeof verdict !== 'boolean')
      throw new WorkerError(
        'ERR_POLICY',
        `${name} returned ${verdict instanceof Promise ? 'a promise' : typeof verdict} instead of true or false. Decide in requestFnc what has to wait.`,
      );
    return verdict;
  };
}
