import { WorkerError } from '../errors.js';
import { checkPolicy, type Policy, type PolicyInput, verdictOf } from './policy.js';

type Policies = readonly [Policy, ...Policy[]];

/**
 * A policy that takes an offer when all of these take it. They are asked in order, up to the first
 * that does not.
 *
 * @throws WorkerError `ERR_POLICY` for a part that is no function or asynchronous, and
 * `ERR_INVALID_ARGUMENT` without a part. A part that returns no boolean counts as a throw.
 *
 * @example
 * withPolicies(workerMachine, { acceptsJob: and(maxPerRoom(1), not(isForGuests)) });
 */
export const and = (...policies: Policies): Policy => {
  const parts = partsOf('and', policies);
  return (input) => parts.every((part) => part(input));
};

/**
 * A policy that takes an offer when at least one of these takes it. They are asked in order, up to
 * the first that does.
 *
 * @throws WorkerError like `and`.
 *
 * @example
 * withPolicies(workerMachine, { acceptsJob: or(isForVips, maxJobs(4)) });
 */
export const or = (...policies: Policies): Policy => {
  const parts = partsOf('or', policies);
  return (input) => parts.some((part) => part(input));
};

/**
 * A policy that takes an offer when none of these takes it; with one, its opposite. They are asked
 * in order, up to the first that takes it.
 *
 * @throws WorkerError like `and`.
 *
 * @example
 * withPolicies(workerMachine, { acceptsJob: not(isForGuests) });
 */
export const not = (...policies: Policies): Policy => {
  const parts = partsOf('not', policies);
  return (input) => !parts.some((part) => part(input));
};

function partsOf(
  name: string,
  policies: readonly Policy[],
): readonly ((input: PolicyInput) => boolean)[] {
  if (policies.length === 0)
    throw new WorkerError('ERR_INVALID_ARGUMENT', `${name}: expected at least one policy.`);
  return policies.map((policy, index) => {
    const part = `Part ${index + 1} of ${name}`;
    checkPolicy(part, policy);
    return (input) => verdictOf(part, policy, input);
  });
}
