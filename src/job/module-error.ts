import { fileURLToPath } from 'node:url';
import { textOf } from './failure.js';

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
  const { name } = error as { name?: unknown };
  const kind = typeof name === 'string' ? `${name}: ` : '';
  const frame = firstFrame(error);
  return `Cannot load ${placeOf(url)}: ${kind}${textOf(error)}${frame ? ` (at ${frame})` : ''}`;
}

const position = /((?:file:\/\/)?\/[^\n()]+?|[A-Za-z]:\\[^\n()]+?):(\d+)(?::(\d+))?\)?$/;

/** A syntax error has its place in the line above its text, every other one in its stack. */
export function firstFrame(error: unknown): string | undefined {
  const { stack } = error as { stack?: unknown };
  if (typeof stack !== 'string') return undefined;
  const places = stack
    .split('\n')
    .filter((line, index) => index === 0 || line.trimStart().startsWith('at '))
    .flatMap((line) => readFrame(line) ?? []);
  return places.find((place) => !place.includes('node_modules')) ?? places[0];
}

const readFrame = (line: string): string | undefined => {
  const [, file, row, column] = position.exec(line.trim()) ?? [];
  if (file === undefined || file === process.argv[1]) return undefined;
  const path = file.startsWith('file:') ? placeOf(file) : file;
  return [path, row, ...(column ? [column] : [])].join(':');
};
