import { currentRunner } from '../job/registry.js';
import type { WorkerEnvironment } from '../worker.js';
import type { WorkerOptions } from '../worker-options.js';
import { isOptions } from './app-options.js';
import { currentHost } from './host.js';

/** A worker machine with policies of your own, and an inspection observer. */
export type AppEnvironment = Pick<WorkerEnvironment, 'machine' | 'inspect'>;

/**
 * Runs a worker as the command line says: `node agent.js dev` or `node agent.js start`. The same
 * file is imported again in the process of each job; there this call hands over the functions of
 * the agent and starts nothing.
 *
 * It returns at once. It never throws for a user's mistake: it says what is wrong in a line and
 * ends the process with the exit code for it.
 */
function runApp<UserData>(
  options: WorkerOptions<UserData>,
  environment: AppEnvironment = {},
): void {
  // People write JavaScript, too; what is wrong is told by whoever takes this.
  const given: unknown = options;
  const runner = currentRunner();
  if (runner !== undefined) {
    if (isOptions(given) && given.definition) runner.define(given.definition);
    return;
  }
  const host = currentHost();
  if (host !== undefined) host(given, environment);
  else void import('./run-file.js').then(({ runFile }) => runFile(given, environment));
}

/**
 * The command line of an agent file.
 *
 * @example
 * cli.runApp(new WorkerOptions({ entrypointFnc: async (ctx) => ctx.connect() }));
 */
export const cli = { runApp } as const;
