import { WorkerError } from '../errors.js';
import type { Participation } from '../machines/job.types.js';

/**
 * Checks what was given to `accept()` and fills in the rest. The identity defaults to
 * `agent-<job id>`, also for `''`: nobody can join a room without one. Throws
 * `ERR_INVALID_ARGUMENT`, which never repeats a value.
 */
export function toParticipation(given: unknown, jobId: string): Participation {
  const { name, identity, metadata, attributes, ...rest } = record('accept', given);
  refuseUnknown('accept', rest);
  const participation = {
    name: text('name', name) ?? '',
    identity: text('identity', identity) || `agent-${jobId}`,
    metadata: text('metadata', metadata) ?? '',
    attributes: texts(attributes),
  };
  refuseTooLarge(participation);
  return participation;
}

/** What a server takes in one frame, less what belongs to every answer. */
const mostBytes = 2 * 1024 * 1024 - 4 * 1024;

function refuseTooLarge({ attributes, ...more }: Participation): void {
  const parts = [...Object.values(more), ...Object.entries(attributes).flat()];
  // What surrounds each text in a frame is less than this.
  const bytes = parts.reduce((sum, part) => sum + Buffer.byteLength(part) + 12, 0);
  if (bytes <= mostBytes) return;
  throw invalid(
    `accept() was given ${bytes} bytes; the server takes 2 MiB. Send what is large once the agent is in the room.`,
  );
}

/** Checks what was given to `reject()`; by default the next worker is asked. */
export function toTermination(given: unknown): boolean {
  const { terminate = false, ...rest } = record('reject', given);
  refuseUnknown('reject', rest);
  if (typeof terminate !== 'boolean') throw invalid('reject() needs a boolean as terminate.');
  return terminate;
}

const known = {
  accept: 'name, identity, metadata and attributes',
  reject: 'terminate',
};

function record(call: keyof typeof known, given: unknown): Record<string, unknown> {
  if (given === undefined) return {};
  if (isRecord(given)) return given;
  throw invalid(`${call}() takes one object with ${known[call]}.`);
}

function refuseUnknown(call: keyof typeof known, rest: object): void {
  const [name] = Object.keys(rest);
  if (name === undefined) return;
  throw invalid(`${call}() does not know "${name}". It takes ${known[call]}.`);
}

function text(name: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw invalid(`accept() needs a string as ${name}, not ${typeof value}.`);
}

function texts(value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (!isRecord(value)) throw invalid('accept() needs an object of strings as attributes.');
  for (const [name, attribute] of Object.entries(value)) {
    if (typeof attribute === 'string') continue;
    throw invalid(`accept() needs a string as attribute "${name}", not ${typeof attribute}.`);
  }
  return { ...(value as Record<string, string>) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const invalid = (message: string): WorkerError => new WorkerError('ERR_INVALID_ARGUMENT', message);
