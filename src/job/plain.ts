const deepest = 6;
const mostItems = 100;
const longestText = 16_384;

/** Cuts what would make a message to the parent too large. */
export const shorten = (text: string): string =>
  text.length > longestText ? `${text.slice(0, longestText)}… (${text.length} characters)` : text;

/**
 * A copy of a value that JSON can hold: errors as `{ message, stack }`, cycles and depths cut,
 * functions left out. Whatever is given, it never throws.
 */
export function toPlain(value: unknown, above: readonly object[] = []): unknown {
  if (typeof value === 'string') return shorten(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return '[circular]';
  if (above.length >= deepest) return '[deep]';
  try {
    return copyObject(value, [...above, value]);
  } catch {
    return '[unreadable]';
  }
}

function copyObject(value: object, above: readonly object[]): unknown {
  if (value instanceof Error || isErrorOfAnotherRealm(value)) return copyError(value, above);
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return toPlain(value.toJSON(), above);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, mostItems).map((item) => toPlain(item, above));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, mostItems)
      .map(([name, member]) => [name, toPlain(member, above)]),
  );
}

const isErrorOfAnotherRealm = (value: object): value is Error =>
  Object.prototype.toString.call(value) === '[object Error]';

/** Own members too: codes and causes tell more than the text. */
const copyError = (error: Error, above: readonly object[]): unknown => ({
  ...Object.fromEntries(
    Object.entries(error)
      .slice(0, mostItems)
      .map(([name, member]) => [name, toPlain(member, above)]),
  ),
  ...(error.cause === undefined ? {} : { cause: toPlain(error.cause, above) }),
  message: shorten(String(error.message)),
  stack: shorten(String(error.stack)),
});
