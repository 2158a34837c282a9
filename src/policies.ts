import { argumentError } from './arguments.js';
import { WorkerError } from './errors.js';
import type { jobRequestMachine } from './machines/job-request.machine.js';
import type { workerMachine } from './machines/worker.machine.js';
import { checkPolicy, type Policy, verdictOf } from './policies/policy.js';
import { type PoolPolicies, poolPolicies, withPoolGuards } from './policies/pool.js';

export { byAttributes } from './policies/by-attributes.js';
export { type ByMetadataOptions, byMetadata } from './policies/by-metadata.js';
export { and, not, or } from './policies/combine.js';
export { maxJobs, maxPerRoom } from './policies/counts.js';
export type { Policy, PolicyInput } from './policies/policy.js';
export type { PoolPolicies, PoolView, WaitingJob } from './policies/pool.js';
export type { SchemaResult, StandardSchema } from './policies/schema.js';
export { type TokenBucketOptions, tokenBucket } from './policies/token-bucket.js';

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

/**
 * Gives a worker machine policies of your own; those of an earlier call stay. It is short for the
 * nested `provide` that xstate needs, since a guard provided to a machine does not reach its
 * children. A policy that throws, or returns anything but true or false, refuses that one offer; one
 * of the pool decides nothing then, and its default does.
 *
 * @throws WorkerError `ERR_POLICY` for an asynchronous function, which a guard cannot be, and for
 * a name that is no policy; `ERR_INVALID_ARGUMENT` for policies that are no object.
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
  const given: unknown = policies;
  if (typeof given !== 'object' || given === null)
    throw argumentError('withPolicies', `an object with ${names.join(', ')}`, given);
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

function asGuard(name: string, policy: unknown): (_: unknown, input: never) => boolean {
  if (!names.includes(name))
    throw new WorkerError(
      'ERR_POLICY',
      `${name} is no policy of a worker. Policies are ${names.join(', ')}.`,
    );
  checkPolicy(name, policy);
  return (_, input) => verdictOf(name, policy, input);
}
