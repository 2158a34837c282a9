import type { Policy } from './policy.js';
import { type StandardSchema, schemaCheck } from './schema.js';

/**
 * A policy that takes an offer when the attributes of its dispatch fit a schema. They are an object
 * of texts, empty where there are none.
 *
 * @throws WorkerError like `byMetadata`.
 *
 * @example
 * const vip = v.object({ tier: v.literal('vip') });
 * withPolicies(workerMachine, { acceptsJob: byAttributes(vip) });
 */
export function byAttributes(schema: StandardSchema): Policy {
  const fits = schemaCheck('byAttributes', schema);
  return ({ offer }) => fits(offer.attributes);
}
