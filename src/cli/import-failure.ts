import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WorkerError } from '../errors.js';

/** Where this package's code is, as stacks write it. */
const ownFolder = new URL('../', import.meta.url).href;

/** The error of a file that cannot be imported: its message, and the first place that is known. */
export function importFailure(entry: string, url: string, thrown: unknown): WorkerError {
  const place = placeIn(thrown) ?? (thrown instanceof SyntaxError ? placeOfSyntax(url) : undefined);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const name = thrown instanceof Error && thrown.name !== 'Error' ? `${thrown.name}: ` : '';
  return new WorkerError(
    'ERR_AGENT_MODULE',
    `cannot load ${basename(entry)}: ${name}${message}${place === undefined ? '' : `\n    at ${place}`}`,
    { cause: thrown },
  );
}

/** The first frame of user code, or the place that Node writes above some errors. */
function placeIn(thrown: unknown): string | undefined {
  const lines = thrown instanceof Error ? (thrown.stack ?? '').split('\n') : [];
  const above = /^((?:file:\/\/|\/|[A-Z]:\\).+:\d+)$/.exec(lines[0] ?? '')?.[1];
  const frame = lines
    .map(
      (line) =>
        /^\s+at (?:async )?(?:.*\()?((?:file:\/\/|\/|[A-Z]:\\)[^)]+:\d+:\d+)\)?$/.exec(line)?.[1],
    )
    .find(
      (at) => at !== undefined && !/[\\/]node_modules[\\/]/.test(at) && !at.startsWith(ownFolder),
    );
  return readable(above ?? frame);
}

/**
 * Node keeps the place of a syntax error to itself and prints it when a program dies of it. So
 * one does, without evaluating anything: the whole graph is compiled first, and what is evaluated
 * first leaves.
 */
function placeOfSyntax(url: string): string | undefined {
  const program = `import 'data:text/javascript,process.exit(0)'; import ${JSON.stringify(url)};`;
  const { stderr } = spawnSync(
    process.execPath,
    [...process.execArgv, '--input-type=module', '--eval', program],
    { encoding: 'utf8', timeout: 5_000, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  return readable(/^((?:file:\/\/|\/).+:\d+)$/m.exec(stderr)?.[1]);
}

const readable = (place: string | undefined): string | undefined => {
  const [, url, position] = /^(file:\/\/.+?)((?::\d+)+)$/.exec(place ?? '') ?? [];
  return url === undefined ? place : `${fileURLToPath(url)}${position}`;
};
