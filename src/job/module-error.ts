import { fileURLToPath } from 'node:url';
import { textOf } from './failure.js';
import { syntaxPlace } from './syntax-place.js';

/** A file's path as people write it; the address itself where it is no file. */
export const placeOf = (url: string): string => {
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
};

/**
 * Says why a module does not load: the file, the error and the first place in somebody's code.
 * A missing package has no such place, and its message names the importing file.
 */
export function describeModuleError(url: string, error: unknown): string {
  const { name, stack } = error as { name?: unknown; stack?: unknown };
  const kind = typeof name === 'string' ? `${name}: ` : '';
  const text = textOf(error);
  const place =
    (typeof stack === 'string' ? firstPlace(stack) : undefined) ??
    (name === 'SyntaxError' ? firstPlace(syntaxPlace(url, text) ?? '') : undefined);
  return `Cannot load ${placeOf(url)}: ${kind}${text}${place ? ` (at ${place})` : ''}`;
}

const position = /(?<file>(?:file:\/\/)?\/[^\n()]+?|[A-Za-z]:\\[^\n()]+?):(?<at>\d+(?::\d+)?)\)?$/;

/** Some errors have their place in the line above their text, all others in their frames. */
function firstPlace(stack: string): string | undefined {
  const places = stack
    .split('\n')
    .filter((line, index) => index === 0 || /^\s*at /.test(line))
    .flatMap((line) => readPlace(line.trim()) ?? []);
  return places.find((place) => !place.includes('node_modules')) ?? places[0];
}

const readPlace = (line: string): string | undefined => {
  const { file, at } = (line.includes('node:') ? undefined : position.exec(line)?.groups) ?? {};
  if (file === undefined || file === process.argv[1]) return undefined;
  return `${file.startsWith('file:') ? placeOf(file) : file}:${at}`;
};
