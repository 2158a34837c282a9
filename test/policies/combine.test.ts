import { describe, expect, it } from 'vitest';
import { and, not, or, type Policy } from '../../src/policies.js';
import { policyInput } from '../support/policy-input.js';

const yes: Policy = () => true;
const no: Policy = () => false;
const throws: Policy = () => {
  throw new Error('asked');
};
const input = policyInput();

it.each<[string, Policy, boolean]>([
  ['and(yes)', and(yes), true],
  ['and(yes, yes)', and(yes, yes), true],
  ['and(yes, no)', and(yes, no), false],
  ['and(no, throws)', and(no, throws), false],
  ['or(no)', or(no), false],
  ['or(no, yes)', or(no, yes), true],
  ['or(yes, throws)', or(yes, throws), true],
  ['not(no)', not(no), true],
  ['not(yes)', not(yes), false],
  ['not(no, no)', not(no, no), true],
  ['not(no, yes)', not(no, yes), false],
  ['not(yes, throws)', not(yes, throws), false],
  ['and(or(no, yes), not(no))', and(or(no, yes), not(no)), true],
])('%s says %s', (_, policy, verdict) => {
  expect(policy(input)).toBe(verdict);
});

it('gives each part what it was given', () => {
  const seen: unknown[] = [];
  const part: Policy = (given) => seen.push(given) > 0;

  and(part, or(part), not(not(part)))(input);

  expect(seen).toEqual([input, input, input]);
});

describe.each([
  ['and', and],
  ['or', or],
  ['not', not],
])('%s', (name, combine) => {
  const wrong = (part: unknown) => combine(no, part as Policy);

  it('refuses to be made of nothing', () => {
    expect(() => (combine as (...parts: Policy[]) => Policy)()).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARGUMENT',
        message: `${name}: expected at least one policy.`,
      }),
    );
  });

  it.each([
    [true, 'expected a function, got true.'],
    [undefined, 'expected a function, got undefined.'],
  ])('refuses a part that is %j', (part, message) => {
    expect(() => wrong(part)).toThrow(
      expect.objectContaining({ code: 'ERR_POLICY', message: `Part 2 of ${name}: ${message}` }),
    );
  });

  it('refuses an asynchronous part, and points to requestFnc', () => {
    expect(() => wrong(async () => true)).toThrow(
      expect.objectContaining({
        code: 'ERR_POLICY',
        message: `Part 2 of ${name} is asynchronous. A guard answers at once; decide in requestFnc what has to wait.`,
      }),
    );
  });

  it.each([
    [() => Promise.reject(new Error('unheard')), 'a promise'],
    // biome-ignore lint/suspicious/noThenProperty: some libraries make promises of their own
    [() => ({ then: () => {} }), 'a promise'],
    [() => 1, 'number'],
    [() => undefined, 'undefined'],
  ])('throws at a part that returns no boolean: %s', (part, shown) => {
    const policy = combine(part as unknown as Policy);

    expect(() => policy(input)).toThrow(
      expect.objectContaining({
        code: 'ERR_POLICY',
        message: `Part 1 of ${name} returned ${shown} instead of true or false. Decide in requestFnc what has to wait.`,
      }),
    );
  });
});
