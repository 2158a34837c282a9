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
 * withPolicies(workerMachine, { acceptsJob: allOf(maxPerRoom(1), noneOf(isForGuests)) });
 */
export const allOf = (...policies: Policies): Policy => {
  const parts = partsOf('allOf', policies);
  return (input) => parts.every((part) => part(input));
};

/**
 * A policy that takes an offer when at least one of these takes it. They are asked in order, up to
 * the first that does.
 *
 * @throws WorkerError like `allOf`.
 *
 * @example
 * withPolicies(workerMachine, { acceptsJob: anyOf(isForVips, maxJobs(4)) });
 */
export const anyOf = (...policies: Policies): Policy => {
  const parts = partsOf('anyOf', policies);
  return (input) => parts.some((part) => part(input));
};

/**
 * A policy that takes an offer when none of these takes it; with one, its opposite. They are asked
 * in order, up to the first that takes it.
 *
 * @throws WorkerError like `allOf`.
 *
 * @example
 * withPolicies(workerMachine, { acceptsJob: noneOf(isForGuests) });
 */
export const noneOf = (...policies: Policies): Policy => {
  const parts = partsOf('noneOf', policies);
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
