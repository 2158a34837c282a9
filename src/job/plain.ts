const deepest = 6;
const mostItems = 100;
const longestText = 16_384;
/** What all texts and names of one copy may have together, in characters. */
const longestCopy = 65_536;
/** What a member costs beside its name and its text. */
const perMember = 8;

/** Cuts what would make a message to the parent too large. */
export const shorten = (text: string, longest = longestText): string =>
  text.length > longest ? `${text.slice(0, longest)}… (${text.length} characters)` : text;

/** Whether it is an error, also of another realm. Never throws. */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
  } catch {
    return false;
  }
}

/** Where a copy stands: what it is inside of, and how many characters it may still take. */
interface Place {
  readonly above: readonly object[];
  readonly budget: { left: number };
}

/**
 * A copy of a value that JSON can hold, of some 64 kB at most: errors as `{ type, message, stack }`
 * and what else they have; cycles, depths and lengths cut, with a marker; functions left out.
 * Whatever is given, it never throws.
 */
export const toPlain = (value: unknown): unknown =>
  copy(value, { above: [], budget: { left: longestCopy } });

function copy(value: unknown, { above, budget }: Place): unknown {
  budget.left -= perMember;
  if (typeof value === 'string') return copyText(value, budget);
  if (typeof value === 'bigint') return copyText(String(value), budget);
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return '[circular]';
  if (above.length >= deepest) return '[deep]';
  try {
    return copyObject(value, { above: [...above, value], budget });
  } catch {
    return '[unreadable]';
  }
}

function copyText(text: string, budget: Place['budget']): string {
  const room = Math.min(longestText, Math.max(0, budget.left));
  budget.left -= Math.min(text.length, room);
  return shorten(text, room);
}

function copyObject(value: object, place: Place): unknown {
  if (isError(value)) return copyError(value, place);
  if ('toJSON' in value && typeof value.toJSON === 'function') return copy(value.toJSON(), place);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  return Array.isArray(value) ? copyItems(value, place) : copyMembers(value, place);
}

function copyItems(items: readonly unknown[], place: Place): unknown[] {
  const copied: unknown[] = [];
  for (const item of items.slice(0, mostItems)) {
    if (place.budget.left <= 0) break;
    copied.push(copy(item, place));
  }
  const left = items.length - copied.length;
  return left > 0 ? [...copied, `… (${left} more)`] : copied;
}

function copyMembers(value: object, place: Place): Record<string, unknown> {
  const members = Object.entries(value);
  const copied: [string, unknown][] = [];
  for (const [name, member] of members.slice(0, mostItems)) {
    if (place.budget.left <= 0) break;
    copied.push([copyText(name, place.budget), copy(member, place)]);
  }
  const left = members.length - copied.length;
  return Object.fromEntries(left > 0 ? [...copied, ['…', `${left} more`]] : copied);
}

/** Own members too: codes and causes tell more than the text. They come after it, should all be too much. */
function copyError(error: Error, place: Place): unknown {
  const own = {
    type: typeOf(error),
    message: copyText(String(error.message), place.budget),
    stack: copyText(String(error.stack), place.budget),
  };
  const cause = error.cause === undefined ? {} : { cause: copy(error.cause, place) };
  return { ...copyMembers(error, place), ...cause, ...own };
}

/** A class that does not name itself tells more than the name it inherits. */
const typeOf = (error: Error): string =>
  String((error.name === 'Error' && error.constructor?.name) || error.name);
