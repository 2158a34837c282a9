import { posix } from 'node:path';
import type { SourceFile } from './source-imports.js';

/** A declaration that an entry exports, wherever it is written. */
export interface PublicExport {
  /** Under which name the entry exports it. */
  readonly name: string;
  /** The file that declares it. */
  readonly file: string;
  /** What kind of declaration it is: a name may be a type and a value. */
  readonly kind: string;
  /** The TSDoc right above it. */
  readonly doc: string | undefined;
}

/** Everything that an entry exports by name, followed to where it is declared. */
export function publicExports(files: readonly SourceFile[], entry: string): PublicExport[] {
  return reexportsOf(files, entry).flatMap(({ local, name, from }) =>
    declarationsOf(files, from, local).map((found) => ({ ...found, name })),
  );
}

function declarationsOf(
  files: readonly SourceFile[],
  file: string,
  name: string,
): Omit<PublicExport, 'name'>[] {
  const text = textOf(files, file);
  const kinds = new Map<string, Omit<PublicExport, 'name'>>();
  const pattern = `^export (?:async )?(const|function|class|interface|type) ${name}\\b`;
  for (const { 1: kind = '', index } of text.matchAll(new RegExp(pattern, 'gm'))) {
    // Of overloads, the first carries the comment.
    if (!kinds.has(kind)) kinds.set(kind, { file, kind, doc: docAbove(text.slice(0, index)) });
  }
  if (kinds.size > 0) return [...kinds.values()];
  const found = reexportsOf(files, file).find((one) => one.name === name);
  if (!found) throw new Error(`${file} does not export ${name}.`);
  return declarationsOf(files, found.from, found.local);
}

interface Reexport {
  readonly local: string;
  readonly name: string;
  readonly from: string;
}

const reexportsOf = (files: readonly SourceFile[], file: string): Reexport[] =>
  [...textOf(files, file).matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'/gm)].flatMap(
    ([, names = '', module = '']) => {
      const from = posix.join(posix.dirname(file), module).replace(/\.js$/, '.ts');
      return names
        .split(',')
        .map((item) => item.trim().replace(/^type /, ''))
        .filter((item) => item !== '')
        .map((item) => {
          const [local = '', name = local] = item.split(' as ');
          return { local, name, from };
        });
    },
  );

const docAbove = (before: string): string | undefined =>
  /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n$/.exec(before)?.[1];

function textOf(files: readonly SourceFile[], path: string): string {
  const file = files.find((one) => one.path === path);
  if (!file) throw new Error(`There is no ${path}.`);
  return file.text;
}
