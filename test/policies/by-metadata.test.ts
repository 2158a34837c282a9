import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { type ByMetadataOptions, byMetadata, type StandardSchema } from '../../src/policies.js';
import { policyInput } from '../support/policy-input.js';
import { offerOf } from '../support/samples.js';

const order = v.object({ tenant: v.string(), plan: v.picklist(['free', 'paid']) });
const withMetadata = (metadata: string) => policyInput({}, { metadata });

it.each([
  ['{"tenant":"acme","plan":"paid"}', true],
  ['{"tenant":"acme","plan":"paid","more":1}', true],
  ['{"tenant":"acme","plan":"gold"}', false],
  ['{"tenant":"acme"}', false],
  ['["acme"]', false],
  ['null', false],
  ['acme', false],
  ['{"tenant":', false],
  ['', false],
])('of %s says %s (I35)', (metadata, verdict) => {
  expect(byMetadata(order)(withMetadata(metadata))).toBe(verdict);
});

it('gives an optional schema nothing where there is no metadata, and no metadata that is no JSON', () => {
  const policy = byMetadata(v.optional(order));

  expect(policy(withMetadata(''))).toBe(true);
  expect(policy(withMetadata('acme'))).toBe(false);
});

it.each<[ByMetadataOptions['of'], boolean, boolean]>([
  ['job', true, false],
  ['room', false, true],
  ['participant', false, true],
])('reads the metadata of the %s (I35)', (of, first, second) => {
  const good = '{"tenant":"acme","plan":"free"}';
  const offer = offerOf('job-1');
  const participant = { sid: 'PA_1', identity: 'ada', name: '', metadata: good, attributes: {} };
  const policy = byMetadata(order, { of });

  expect(policy(policyInput({}, { metadata: good }))).toBe(first);
  expect(policy(policyInput({}, { room: { ...offer.room, metadata: good }, participant }))).toBe(
    second,
  );
});

it('refuses an offer without the participant that it is to look at', () => {
  expect(byMetadata(order, { of: 'participant' })(policyInput())).toBe(false);
});

/** A schema of no library, which does what it is told. */
const schemaOf = (validate: StandardSchema['~standard']['validate']): StandardSchema => ({
  '~standard': { version: 1, vendor: 'test', validate },
});

it('takes a schema of any library that follows the standard', () => {
  const policy = byMetadata(
    schemaOf((value) => (value === 7 ? { issues: undefined } : { issues: [{ message: 'no' }] })),
  );
  const callable = Object.assign(
    () => {},
    schemaOf(() => ({})),
  );

  expect([policy(withMetadata('7')), policy(withMetadata('8'))]).toEqual([true, false]);
  expect(byMetadata(callable)(withMetadata('7'))).toBe(true);
});

describe('an asynchronous schema', () => {
  const message =
    'byMetadata: the schema is asynchronous. A guard answers at once; validate in requestFnc what has to wait.';
  const error = expect.objectContaining({ code: 'ERR_POLICY', message });

  it('is refused at once (I35)', () => {
    const schema = v.pipeAsync(
      v.string(),
      v.checkAsync(async () => true),
    );

    expect(() => byMetadata(schema)).toThrow(error);
  });

  it('is refused at the first offer where it waits for some values only (I35)', () => {
    const policy = byMetadata(
      schemaOf((value) => (value === undefined ? { issues: [] } : Promise.reject(new Error('no')))),
    );

    expect(() => policy(withMetadata('7'))).toThrow(error);
  });
});

it('lets a schema throw at an offer, and not before', () => {
  const policy = byMetadata(
    schemaOf(() => {
      throw new Error('the schema broke');
    }),
  );

  expect(() => policy(withMetadata('7'))).toThrow('the schema broke');
});

it.each([
  [undefined, {}, 'a schema that follows Standard Schema; got undefined.'],
  [{ type: 'object' }, {}, 'a schema that follows Standard Schema; got an object.'],
  [() => true, {}, 'a schema that follows Standard Schema; got a function.'],
  [order, { of: 'everybody' }, 'of as job, room, participant; got "everybody".'],
])('refuses wrong arguments: %#', (schema, options, message) => {
  expect(() => byMetadata(schema as StandardSchema, options as ByMetadataOptions)).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_ARGUMENT',
      message: `byMetadata: expected ${message}`,
    }),
  );
});

it('refuses an option that it does not know', () => {
  expect(() => byMetadata(order, { on: 'room' } as ByMetadataOptions)).toThrow(
    'byMetadata: there is no option on; it takes of.',
  );
});
