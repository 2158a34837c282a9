/**
 * Reads the header `Retry-After`, which is in seconds or a date, as a wait in milliseconds. What
 * cannot be read, or is over, asks for none.
 */
export function retryAfterMs(
  header: string | undefined,
  now: number,
): { readonly retryAfterMs?: number } {
  if (header === undefined || header.trim() === '') return {};
  const seconds = Number(header);
  const wait = Number.isNaN(seconds) ? Date.parse(header) - now : seconds * 1_000;
  return wait > 0 && Number.isFinite(wait) ? { retryAfterMs: Math.round(wait) } : {};
}
