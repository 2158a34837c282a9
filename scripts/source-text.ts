/** The TSDoc paragraph right above an exported constant, on one line. */
export function sentenceAbove(source: string, name: string): string {
  const at = source.indexOf(`export const ${name} `);
  const comment = at < 0 ? null : /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(source.slice(0, at));
  if (!comment) throw new Error(`There is no TSDoc above ${name}.`);
  return flat(comment[1] ?? '');
}

/** The comment right above a state in the source of its machine, as biome has laid it out. */
export function stateComment(source: string, path: string): string | undefined {
  const lines = source.split('\n');
  let at = lines.findIndex((line) => line.includes('.createMachine('));
  for (const [depth, key] of path.split('.').entries()) {
    const head = `${' '.repeat(4 * (depth + 1))}${key}: {`;
    at = lines.findIndex((line, index) => index > at && line.startsWith(head));
    if (at < 0) return undefined;
  }
  let first = at;
  while (/^\s*(\/\/|\/\*|\*)/.test(lines[first - 1] ?? '')) first -= 1;
  return first === at ? undefined : flat(lines.slice(first, at).join('\n'));
}

/** A comment on one line, without its marks. */
export const flat = (comment: string): string =>
  comment
    .replace(/^\s*(?:\/\/|\/\*\*?|\*(?!\/)) ?/gm, '')
    .replaceAll('*/', '')
    .replace(/\s+/g, ' ')
    .trim();
