import { argumentError, optionsOf } from '../arguments.js';
import type { Policy } from './policy.js';

/** As many acceptances as a worker remembers. */
const mostBurst = 256;
/** Without it three thirds may be less than one. */
const tolerance = 1e-9;

/** How fast `tokenBucket` lets jobs in. */
export interface TokenBucketOptions {
  /** Jobs that are let in during `per`, on average. */
  readonly jobs: number;
  /** In milliseconds. */
  readonly per: number;
  /** Jobs that may come at once after a quiet time, 1 to 256. Default: `jobs`, rounded up. */
  readonly burst?: number | undefined;
  /** A clock for tests, in milliseconds since 1970. Default: one that does not go backwards. */
  readonly now?: (() => number) | undefined;
}

/**
 * A policy that limits how fast jobs come: a bucket holds `burst` tokens, each accepted offer takes
 * one, and `jobs` of them come back in `per` milliseconds.
 *
 * It keeps no count of its own: it derives the tokens from when this worker accepted its last
 * offers, so it may be asked any number of times, and shared by workers, without a token being lost.
 * An offer that is being decided holds a token until it is refused. Each offer that the worker
 * accepts counts, also one that another policy let in.
 *
 * @throws WorkerError `ERR_INVALID_ARGUMENT` for a number that makes no sense.
 *
 * @example
 * withPolicies(workerMachine, { acceptsJob: tokenBucket({ jobs: 30, per: 60_000, burst: 5 }) });
 */
export function tokenBucket(options: TokenBucketOptions): Policy {
  const { jobs, per, burst, now } = checked(options);
  const tokenMs = per / jobs;
  const after = (tokens: number, passedMs: number): number =>
    Math.min(burst, tokens + Math.max(passedMs, 0) / tokenMs);
  const left = (acceptedAt: readonly number[]): number => {
    let [last = 0] = acceptedAt;
    // What is not remembered any more may have emptied it.
    let tokens = acceptedAt.length < mostBurst ? burst : 0;
    for (const at of acceptedAt) {
      tokens = Math.max(after(tokens, at - last) - 1, 0);
      last = at;
    }
    return after(tokens, now() - last);
  };
  return ({ capacity }) => left(capacity.acceptedAt) - capacity.openOffers >= 1 - tolerance;
}

function checked(options: TokenBucketOptions) {
  const { jobs, per, burst, now } = optionsOf('tokenBucket', options, [
    'jobs',
    'per',
    'burst',
    'now',
  ]);
  const refuse = (expected: string, value: unknown) =>
    argumentError('tokenBucket', expected, value);
  if (!isPositive(jobs)) throw refuse('jobs as a number above 0', jobs);
  if (!isPositive(per)) throw refuse('per as milliseconds above 0', per);
  if (now !== undefined && typeof now !== 'function') throw refuse('now as a function', now);
  const most = burst ?? Math.ceil(jobs);
  if (!(Number.isInteger(most) && most >= 1 && most <= mostBurst))
    throw refuse(`burst (by default jobs) as a whole number from 1 to ${mostBurst}`, most);
  return { jobs, per, burst: most, now: now ?? (() => performance.timeOrigin + performance.now()) };
}

const isPositive = (value: unknown): boolean =>
  typeof value === 'number' && value > 0 && Number.isFinite(value);
