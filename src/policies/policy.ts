import { shown } from '../arguments.js';
import { WorkerError } from '../errors.js';
import type { Capacity, Offer } from '../machines/job.types.js';

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

const asyncTag = /^Async/;
const remedy = 'A guard answers at once; decide in requestFnc what has to wait.';

/** Refuses what can be no policy, before there is an offer. */
export function checkPolicy(name: string, policy: unknown): asserts policy is Policy {
  if (typeof policy !== 'function')
    throw new WorkerError('ERR_POLICY', `${name}: expected a function, got ${shown(policy)}.`);
  if (asyncTag.test(Object.prototype.toString.call(policy).slice('[object '.length)))
    throw new WorkerError('ERR_POLICY', `${name} is asynchronous. ${remedy}`);
}

/** What a policy says. Only a boolean is a verdict: a promise would count as true. */
export function verdictOf(name: string, policy: Policy, input: PolicyInput): boolean {
  const verdict: unknown = policy(input);
  if (typeof verdict === 'boolean') return verdict;
  throw new WorkerError(
    'ERR_POLICY',
    `${name} returned ${isPromise(verdict) ? 'a promise' : typeof verdict} instead of true or false. Decide in requestFnc what has to wait.`,
  );
}

/** Nobody will await it, so it must not end the process when it rejects. */
export function isPromise(value: unknown): boolean {
  if (typeof (value as { then?: unknown } | null | undefined)?.then !== 'function') return false;
  Promise.resolve(value).catch(() => {});
  return true;
}
