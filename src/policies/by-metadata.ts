import { argumentError, optionsOf } from '../arguments.js';
import type { Offer } from '../machines/job.types.js';
import type { Policy } from './policy.js';
import { type StandardSchema, schemaCheck } from './schema.js';

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
  const fits = schemaCheck('byMetadata', schema);
  return ({ offer }) => {
    const value = parsed(metadataOf[of](offer));
    return value !== unreadable && fits(value);
  };
}

const unreadable = Symbol('unreadable');

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return unreadable;
  }
}
