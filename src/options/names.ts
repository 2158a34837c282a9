/** Names that the specification and LiveKit's other SDKs use, without case and underscores. */
const aliases: Readonly<Record<string, string>> = {
  wsurl: 'url',
  livekiturl: 'url',
  livekitapikey: 'apiKey',
  livekitapisecret: 'apiSecret',
  entrypoint: 'entrypointFnc',
  entrypointfunc: 'entrypointFnc',
  entry: 'entrypointFnc',
  requestfunc: 'requestFnc',
  onrequest: 'requestFnc',
  loadfunc: 'loadFnc',
  prewarm: 'prewarmFnc',
  prewarmfunc: 'prewarmFnc',
  setupfnc: 'prewarmFnc',
  servertype: 'workerType',
};

const plain = (name: string): string => name.replace(/[_-]/g, '').toLowerCase();

/** The name that somebody who wrote an unknown one probably meant. */
export const closest = (name: string, known: readonly string[]): string | undefined => {
  const written = plain(name);
  const alias = aliases[written];
  if (alias !== undefined && known.includes(alias)) return alias;

  const limit = written.length > 4 ? 2 : 1;
  return known
    .map((candidate) => ({ candidate, distance: editDistance(written, plain(candidate)) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)[0]?.candidate;
};

/** A question to append to an error text, or nothing. */
export const didYouMean = (name: string, known: readonly string[]): string => {
  const meant = closest(name, known);
  return meant === undefined ? '' : ` Did you mean "${meant}"?`;
};

/** Insertions, deletions, replacements and swaps of neighbours between two words. */
function editDistance(a: string, b: string): number {
  const rows = [[...Array(b.length + 1).keys()]];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const at = (up: number, left: number): number => rows[i - up]?.[j - left] ?? 0;
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        at(1, 0) + 1,
        (row[j - 1] ?? 0) + 1,
        at(1, 1) + (same ? 0 : 1),
        swapped ? at(2, 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}
