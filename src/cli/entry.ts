import { realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { WorkerError } from '../errors.js';

/** The absolute path of a file that was named on the command line. */
export function entryNamed(name: string): string {
  const path = resolve(name);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return realpathSync(path);
  throw new WorkerError(
    'ERR_AGENT_MODULE',
    `cannot load ${name}: ${found ? 'it is not a file' : 'there is no such file'}`,
  );
}

/** The file that Node was started with. Node leaves out an extension that was left out there. */
export function entryRunning(argument: string | undefined): string {
  if (argument === undefined) {
    throw new WorkerError(
      'ERR_AGENT_MODULE',
      'cli.runApp needs a file, since each job imports it again. Save the agent in a file and run that.',
    );
  }
  return realpathSync(createRequire(resolve(argument)).resolve(resolve(argument)));
}
