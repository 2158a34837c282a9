import { argumentError } from '../arguments.js';
import { WorkerError } from '../errors.js';
import { isPromise } from './policy.js';

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

type Validate = (value: unknown) => unknown;

/** Whether values fit a schema, for the policy of this name. */
export function schemaCheck(name: string, schema: unknown): (value: unknown) => boolean {
  const standard = (schema as Partial<StandardSchema> | null | undefined)?.['~standard'];
  if (typeof standard?.validate !== 'function')
    throw argumentError(name, 'a schema that follows Standard Schema', schema);
  const validate: Validate = (value) => {
    const result = standard.validate(value);
    if (isPromise(result)) throw asynchronous(name);
    return result;
  };
  probe(validate);
  return (value) => (validate(value) as SchemaResult).issues === undefined;
}

/** Most asynchronous schemas give themselves away with any value; the others with one that is right. */
function probe(validate: Validate): void {
  try {
    validate(undefined);
  } catch (error) {
    // What the schema itself throws is for the offer at which it throws.
    if (error instanceof WorkerError) throw error;
  }
}

const asynchronous = (name: string): WorkerError =>
  new WorkerError(
    'ERR_POLICY',
    `${name}: the schema is asynchronous. A guard answers at once; validate in requestFnc what has to wait.`,
  );
