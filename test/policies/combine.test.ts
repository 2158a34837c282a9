import { describe, expect, it } from 'vitest';
import { allOf, anyOf, noneOf, type Policy } from '../../src/policies.js';
import { policyInput } from '../support/policy-input.js';

const yes: Policy = () => true;
const no: Policy = () => false;
const throws: Policy = () => {
  throw new Error('asked');
};
const input = policyInput();

it.each<[string, Policy, boolean]>([
  ['allOf(yes)', allOf(yes), true],
  ['allOf(yes, yes)', allOf(yes, yes), true],
  ['allOf(yes, no)', allOf(yes, no), false],
  ['allOf(no, throws)', allOf(no, throws), false],
  ['anyOf(no)', anyOf(no), false],
  ['anyOf(no, yes)', anyOf(no, yes), true],
  ['anyOf(yes, throws)', anyOf(yes, throws), true],
  ['noneOf(no)', noneOf(no), true],
  ['noneOf(yes)', noneOf(yes), false],
  ['noneOf(no, no)', noneOf(no, no), true],
  ['noneOf(no, yes)', noneOf(no, yes), false],
  ['noneOf(yes, throws)', noneOf(yes, throws), false],
  ['allOf(anyOf(no, yes), noneOf(no))', allOf(anyOf(no, yes), noneOf(no)), true],
])('%s says %s', (_, policy, verdict) => {
  expect(policy(input)).toBe(verdict);
});

it('gives each part what it was given', () => {
  const seen: unknown[] = [];
  const part: Policy = (given) => seen.push(given) > 0;

  allOf(part, anyOf(part), noneOf(noneOf(part)))(input);

  expect(seen).toEqual([input, input, input]);
});

describe.each([
  ['allOf', allOf],
  ['anyOf', anyOf],
  ['noneOf', noneOf],
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
