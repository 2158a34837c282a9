import type { Failed } from './method.js';

const longestName = 256;
const mostMetadata = 512 * 1024;
const mostAttributes = 64 * 1024;

const tooLarge = (what: string, most: number): Failed => ({
  code: 'invalid_argument',
  msg: `${what} exceeds limits ${most}`,
});

/** What an API call gives that has a limit, in bytes. */
export interface Sized {
  readonly room?: string;
  readonly name?: string;
  readonly metadata?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** The first thing that is larger than the open server takes. */
export function sizeProblem({
  room = '',
  name = '',
  metadata = '',
  attributes = {},
}: Sized): Failed | undefined {
  const words = Object.entries(attributes).flat();
  if (bytes(room) > longestName) return tooLarge('room name length', longestName);
  if (bytes(name) > longestName) return tooLarge('name length', longestName);
  if (bytes(metadata) > mostMetadata) return tooLarge('metadata size', mostMetadata);
  if (bytes(...words) > mostAttributes) return tooLarge('attribute size', mostAttributes);
  return undefined;
}

const bytes = (...texts: string[]): number =>
  texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
