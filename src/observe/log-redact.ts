const secretName =
  /(token|secret|password|passwd|authorization|credential|cookie|api[-_]?key|private[-_]?key)s?$/i;
/** Three parts in base64url, as in every access token. */
const token = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;
const deepest = 8;

/**
 * A copy without secrets: values of names that promise one, and what looks like an access token
 * in any text. It is the second net; the first is that nobody logs a secret.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return '[deep]';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      secretName.test(name) && mayBeSecret(member) ? '[secret]' : redact(member, depth + 1),
    ]),
  );
}

/** Numbers are not: models count tokens. */
const mayBeSecret = (value: unknown): boolean =>
  typeof value === 'string' || (typeof value === 'object' && value !== null);

/** A text without access tokens. */
export const redactText = (text: string): string => text.replace(token, '[secret]');
