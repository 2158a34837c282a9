import * as v from 'valibot';
import { expect, it } from 'vitest';
import { byAttributes, type StandardSchema } from '../../src/policies.js';
import { policyInput } from '../support/policy-input.js';

const vip = v.object({ tier: v.literal('vip'), seats: v.pipe(v.string(), v.digits()) });

it.each<[Record<string, string>, boolean]>([
  [{ tier: 'vip', seats: '3' }, true],
  [{ tier: 'vip', seats: '3', more: '' }, true],
  [{ tier: 'vip', seats: 'three' }, false],
  [{ tier: 'guest', seats: '3' }, false],
  [{}, false],
])('of %j says %s (I35)', (attributes, verdict) => {
  expect(byAttributes(vip)(policyInput({}, { attributes }))).toBe(verdict);
});

it('refuses an asynchronous schema, and what is none', () => {
  expect(() =>
    byAttributes(
      v.pipeAsync(
        v.string(),
        v.checkAsync(async () => true),
      ),
    ),
  ).toThrow(
    expect.objectContaining({
      code: 'ERR_POLICY',
      message: expect.stringMatching(/^byAttributes: the schema is async/),
    }),
  );
  expect(() => byAttributes({} as StandardSchema)).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_ARGUMENT',
      message: 'byAttributes: expected a schema that follows Standard Schema; got an object.',
    }),
  );
});
