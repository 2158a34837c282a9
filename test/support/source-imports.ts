import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** One import, re-export or `import()` of a source file. */
export interface Import {
  /** A package, a `node:` module, or a file below `src`; `(computed)` if no literal says it. */
  readonly module: string;
  readonly kind: 'value' | 'type' | 'dynamic';
}

export interface SourceFile {
  /** Path below `src`, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** All TypeScript files below a directory. */
export const sourcesBelow = (root: string): SourceFile[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => ({
      path: path.replaceAll('\\', '/'),
      text: readFileSync(join(root, path), 'utf8'),
    }));

/** What a file imports. Files are named as `path` names them, `.js` suffixes undone. */
export function importsOf({ path, text }: SourceFile): Import[] {
  const code = withoutComments(text);
  const from = (module: string) =>
    module.startsWith('.')
      ? posix.join(posix.dirname(path), module).replace(/\.js$/, '.ts')
      : module;
  return [
    ...matches(
      code,
      /^(?:import|export)\s+(type\s)?(?:[\w*{][^'";]*?\bfrom\s+)?['"]([^'"]+)['"]/gm,
    ).map(
      ([, type, module = '']): Import => ({
        module: from(module),
        kind: type ? 'type' : 'value',
      }),
    ),
    ...matches(code, /(\btypeof\s+)?\b(?:import|require)\(\s*(?:['"`]([^'"`]+)['"`])?/g).map(
      ([, type, module]): Import => ({
        module: module === undefined ? '(computed)' : from(module),
        kind: type ? 'type' : 'dynamic',
      }),
    ),
  ];
}

/** The code alone; text in strings stays, since imports are strings. */
export const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\/|(^|[\s;,{}])\/\/[^\n]*/g, '$1');

/** The code alone, without plain strings; what a template computes stays. */
export const withoutStrings = (text: string): string =>
  withoutComments(text).replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, "''");

const matches = (text: string, pattern: RegExp): RegExpMatchArray[] => [...text.matchAll(pattern)];
