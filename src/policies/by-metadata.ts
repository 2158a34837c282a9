import { argumentError, optionsOf } from '../arguments.js';
import { WorkerError } from '../errors.js';
import type { Offer } from '../machines/job.types.js';
import { isPromise, type Policy } from './policy.js';

/**
 * A schema of any library that follows Standard Schema, such as valibot, zod or arktype. It must
 * validate at once.
 */
export interface StandardSchema {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>;
  };
}

/** What such a schema says; without issues the value is right. */
export interface SchemaResult {
  readonly issues?: readonly unknown[] | undefined;
}

/** Options of `byMetadata`. */
export interface ByMetadataOptions {
  /**
   * Whose metadata: of the dispatch (`job`), the room, or the participant of a publisher or
   * participant job. Default: `'job'`.
   */
  readonly of?: 'job' | 'room' | 'participant' | undefined;
}

const metadataOf = {
  job: ({ metadata }: Offer) => metadata,
  room: ({ room }: Offer) => room.metadata,
  participant: ({ participant }: Offer) => participant?.metadata ?? '',
} as const;

/**
 * A policy that takes an offer when its metadata is JSON and fits a schema. Without metadata the
 * schema is given `undefined`, so an optional one takes that.
 *
 * @throws WorkerError `ERR_INVALID_ARGUMENT` for what is no schema, and `ERR_POLICY` for one that
 * is asynchronous, at once or at the first offer: validate in `requestFnc` then.
 *
 * @example
 * const order = v.object({ tenant: v.string(), plan: v.picklist(['free', 'paid']) });
 * withPolicies(workerMachine, { acceptsJob: byMetadata(order) });
 */
export function byMetadata(schema: StandardSchema, options: ByMetadataOptions = {}): Policy {
  const { of = 'job' } = optionsOf('byMetadata', options, ['of']);
  if (!Object.hasOwn(metadataOf, of))
    throw argumentError('byMetadata', `of as ${Object.keys(metadataOf).join(', ')}`, of);
  const validate = validatorOf(schema);
  refuseAsynchronous(validate);
  return ({ offer }) => {
    const value = parsed(metadataOf[of](offer));
    return value !== unreadable && fits(validate, value);
  };
}

type Validate = (value: unknown) => unknown;

function validatorOf(schema: unknown): Validate {
  const standard = (schema as Partial<StandardSchema> | null | undefined)?.['~standard'];
  if (typeof standard?.validate !== 'function')
    throw argumentError('byMetadata', 'a schema that follows Standard Schema', schema);
  return (value) => standard.validate(value);
}

/** Most of them give themselves away with any value; the others with the first that is right. */
function refuseAsynchronous(validate: Validate): void {
  let result: unknown;
  try {
    result = validate(undefined);
  } catch {
    return;
  }
  if (isPromise(result)) throw asynchronous();
}

function fits(validate: Validate, value: unknown): boolean {
  const result = validate(value);
  if (isPromise(result)) throw asynchronous();
  return (result as SchemaResult).issues === undefined;
}

const asynchronous = (): WorkerError =>
  new WorkerError(
    'ERR_POLICY',
    'byMetadata: the schema is asynchronous. A guard answers at once; validate in requestFnc what has to wait.',
  );

const unreadable = Symbol('unreadable');

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return unreadable;
  }
}
