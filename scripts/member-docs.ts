import { flat } from './source-text.js';

/** The TSDoc of each member of a constant object, by name, as biome has laid it out. */
export function memberDocs(source: string, name: string): ReadonlyMap<string, string> {
  const literal = new RegExp(`const ${name} = \\{\\n([\\s\\S]*?)\\n\\}`).exec(source)?.[1];
  if (literal === undefined) throw new Error(`There is no object ${name}.`);
  return new Map(
    [...literal.matchAll(/^ {2}\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2}(\w+):/gm)].map(
      ([, doc = '', member = '']) => [member, flat(doc)],
    ),
  );
}

/** The TSDoc of each text of a union, by text. One that has none is an error. */
export function textDocs(source: string, name: string): ReadonlyMap<string, string> {
  const union = new RegExp(`type ${name} =\\n([\\s\\S]*?;)\\n\\n`).exec(source)?.[1] ?? '';
  const members = [...union.matchAll(/(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?\| '([^']+)'/g)].map(
    ([, doc = '', text = '']) => [text, flat(doc)] as const,
  );
  const bare = members.find(([, doc]) => doc === '');
  if (bare) throw new Error(`There is no TSDoc above '${bare[0]}'.`);
  return new Map(members);
}
