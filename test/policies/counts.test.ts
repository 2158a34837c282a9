import { expect, it } from 'vitest';
import { maxJobs, maxPerRoom } from '../../src/policies.js';
import { policyInput } from '../support/policy-input.js';

it('counts jobs that run and places that are reserved (I22)', () => {
  const two = maxJobs(2);
  const verdicts = [
    policyInput(),
    policyInput({ activeJobs: 1 }),
    policyInput({ activeJobs: 1, reservedJobs: 1 }),
    policyInput({ reservedJobs: 2 }),
  ].map(two);

  expect(verdicts).toEqual([true, true, false, false]);
});

it('counts the jobs in the room of the offer (I22)', () => {
  const two = maxPerRoom(2);
  const verdicts = [
    policyInput({ activeJobs: 7 }),
    policyInput({ activeJobs: 7, jobsInRoom: 1 }),
    policyInput({ activeJobs: 7, jobsInRoom: 2 }),
  ].map(two);

  expect(verdicts).toEqual([true, true, false]);
});

it('takes nothing with zero, and everything with Infinity', () => {
  const crowded = policyInput({ activeJobs: 1_000, jobsInRoom: 1_000 });

  expect([maxJobs(0), maxPerRoom(0)].map((policy) => policy(policyInput()))).toEqual([
    false,
    false,
  ]);
  expect([maxJobs(Infinity), maxPerRoom(Infinity)].map((policy) => policy(crowded))).toEqual([
    true,
    true,
  ]);
});

it.each([
  [-1, '-1'],
  [2.5, '2.5'],
  [Number.NaN, 'NaN'],
  ['2', '"2"'],
  [undefined, 'undefined'],
])('refuses a count of %j', (count, shown) => {
  const expected = 'expected a whole number, zero or more, or Infinity';

  for (const [name, policy] of Object.entries({ maxJobs, maxPerRoom }))
    expect(() => policy(count as number)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARGUMENT',
        message: `${name}: ${expected}; got ${shown}.`,
      }),
    );
});
