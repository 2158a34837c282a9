import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { optionsFrom } from './app-options.js';
import { readCommandLine } from './command-line.js';
import { entryRunning } from './entry.js';
import { loadEnvFiles } from './env-files.js';
import { leave, outliveReaders, reportFailure } from './failure.js';
import type { AppEnvironment } from './run-app.js';
import { runCommand } from './run-command.js';
import { loaderFor, thisRuntime } from './typescript.js';

/** Runs the command of an agent file that was started with Node: `node agent.js dev`. */
export async function runFile(given: unknown, environment: AppEnvironment): Promise<void> {
  outliveReaders();
  try {
    leave(await run(given, environment));
  } catch (error) {
    leave(reportFailure(error, process.stderr));
  }
}

async function run(given: unknown, environment: AppEnvironment): Promise<number> {
  const entry = entryRunning(process.argv[1]);
  const invocation = await readCommandLine(process.argv.slice(2), {
    name: `node ${basename(entry)}`,
    takesEntry: false,
  });
  if (invocation.command === 'none') return invocation.exitCode;
  if (invocation.command === 'dev-server') throw new Error('only the package has this command');
  loadEnvFiles(invocation);
  return runCommand({
    invocation,
    options: optionsFrom(given),
    environment,
    entry,
    agent: { url: pathToFileURL(entry).href, form: 'file' },
    // The file runs, so there is a loader; but one from NODE_OPTIONS does not reach the jobs.
    loader: loaderFor(entry, thisRuntime()),
  });
}
