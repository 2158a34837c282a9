import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { WorkerError } from '../errors.js';

/** What `dev` reads without being told, the stronger one last. */
const ownFiles = ['.env', '.env.local'];

/** What decides which files are read. */
export interface EnvFiles {
  readonly command: string;
  /** The files that were named, the stronger ones last. */
  readonly envFiles: readonly string[];
}

/**
 * Sets variables from files of `NAME=value` lines: those that were named, or else, in `dev`, those
 * that lie in this folder. A variable that is set stays as it is, also if it is empty.
 *
 * @throws WorkerError `ERR_INVALID_OPTIONS` for a file that was named and cannot be read.
 */
export function loadEnvFiles(
  { command, envFiles }: EnvFiles,
  env: Record<string, string | undefined> = process.env,
): void {
  const texts =
    envFiles.length > 0
      ? envFiles.map(readNamed)
      : command === 'dev'
        ? ownFiles.map(readIfThere)
        : [];
  const found = Object.assign({}, ...texts.map(parseEnv)) as Record<string, string>;
  for (const [name, value] of Object.entries(found)) env[name] ??= value;
}

function readNamed(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw new WorkerError('ERR_INVALID_OPTIONS', `--env-file: cannot read ${file}: ${why}`, {
      cause,
    });
  }
}

const readIfThere = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A folder of this name is a virtual environment of Python.
    if (code === 'ENOENT' || code === 'EISDIR') return '';
    throw error;
  }
};
