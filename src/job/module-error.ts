import { fileURLToPath } from 'node:url';
import type { Failure } from '../errors.js';
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
  const { name } = Object(error) as { name?: unknown };
  const kind = typeof name === 'string' ? `${name}: ` : '';
  const text = textOf(error);
  const place =
    placeIn(error) ??
    (name === 'SyntaxError' ? firstPlace(syntaxPlace(url, text) ?? '') : undefined);
  return `Cannot load ${placeOf(url)}: ${kind}${withPlace(text, place)}`;
}

/** What was thrown in somebody's code and ends this process, with the place if it has one. */
export const failureWithPlace = (code: string, thrown: unknown): Failure => ({
  code,
  message: withPlace(textOf(thrown), placeIn(thrown)),
});

const withPlace = (text: string, place: string | undefined): string =>
  place ? `${text} (at ${place})` : text;

function placeIn(thrown: unknown): string | undefined {
  const { stack } = Object(thrown) as { stack?: unknown };
  return typeof stack === 'string' ? firstPlace(stack) : undefined;
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
