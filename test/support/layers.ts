import { type Import, importsOf, type SourceFile, withoutStrings } from './source-imports.js';

/** What the files of one layer may import: patterns of modules, by kind of import. */
export interface Layer {
  /** The files it consists of, as paths below `src`. */
  readonly files: RegExp;
  readonly value: RegExp;
  readonly type: RegExp;
  readonly dynamic: RegExp;
}

export type Layers = Readonly<Record<string, Layer>>;

export interface Stray extends Import {
  readonly file: string;
  readonly layer: string;
}

/** Imports that the layer of their file does not allow; what may be imported may also be a type. */
export function strays(files: readonly SourceFile[], layers: Layers): Stray[] {
  return files.flatMap((file) => {
    const [layer, rules] = layerOf(file, layers);
    return importsOf(file)
      .filter(({ module, kind }) => {
        if (kind === 'dynamic') return !rules.dynamic.test(module);
        return !rules.value.test(module) && !(kind === 'type' && rules.type.test(module));
      })
      .map((stray) => ({ file: file.path, layer, ...stray }));
  });
}

/** Files that no layer claims, or several do. */
export const homeless = (files: readonly SourceFile[], layers: Layers): string[] =>
  files
    .filter(({ path }) => Object.values(layers).filter((it) => it.files.test(path)).length !== 1)
    .map(({ path }) => path);

/** Circles of files that import each other when they run, each as the way around. */
export function cycles(files: readonly SourceFile[]): string[][] {
  const next = new Map(
    files.map((file) => [
      file.path,
      importsOf(file)
        .filter(({ kind }) => kind === 'value')
        .map(({ module }) => module),
    ]),
  );
  const found: string[][] = [];
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start >= 0) found.push([...way.slice(start), path]);
    if (start >= 0 || done.has(path)) return;
    for (const to of next.get(path) ?? []) visit(to, [...way, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return found;
}

/** Words that a file must not use outside comments and strings, with the line they are on. */
export const forbiddenWords = (files: readonly SourceFile[], words: RegExp) =>
  files.flatMap(({ path, text }) =>
    withoutStrings(text)
      .split('\n')
      .flatMap((line) => line.match(words)?.[0] ?? [])
      .map((word) => ({ file: path, word })),
  );

function layerOf({ path }: SourceFile, layers: Layers): [string, Layer] {
  const layer = Object.entries(layers).find(([, { files }]) => files.test(path));
  return layer ?? ['none', { files: /^/, value: /(?!)/, type: /(?!)/, dynamic: /(?!)/ }];
}
