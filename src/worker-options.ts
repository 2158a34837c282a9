import type { AgentDefinition } from './job/agent-definition.js';
import { closest } from './options/names.js';
import { invalidOptions } from './options/problems.js';
import { givenProblems } from './options/read.js';
import { optionTable } from './options/table.js';
import {
  type Logger,
  type Resolution,
  type ResolvedOptions,
  resolveOptions,
  type WorkerOptionsInit,
} from './options.js';

/**
 * What a worker is made of: the functions of the agent, and how to run them. The entrypoint, or
 * the agent's own module, is all that is required. Values are checked at once; address and
 * credentials may be missing until a worker starts, since the processes of jobs make the same
 * object without them.
 *
 * It is a valid input of the worker machine. Nothing that prints or serialises it shows a secret.
 *
 * @example
 * cli.runApp(
 *   new WorkerOptions({
 *     entrypointFnc: async (ctx) => {
 *       await ctx.connect();
 *     },
 *   }),
 * );
 */
export class WorkerOptions<UserData = Record<string, unknown>> {
  readonly #given: WorkerOptionsInit<UserData>;
  #settings: ResolvedOptions | undefined;

  constructor(given: WorkerOptionsInit<UserData>) {
    const problems = givenProblems(optionTable, given);
    if (given.agent === undefined && !Object.keys(given).some(meansEntrypoint)) {
      problems.push('entrypointFnc: missing; it is the function that runs for each job.');
    }
    if (problems.length > 0) throw invalidOptions(problems);
    this.#given = Object.freeze({ ...given });
  }

  /** The functions of an agent that is defined in one file with its options. */
  get definition(): AgentDefinition<UserData> | undefined {
    const { entrypointFnc: entrypoint, prewarmFnc: prewarm } = this.#given;
    return entrypoint && { entrypoint, ...(prewarm && { prewarm }) };
  }

  /** Where log lines go instead of the standard output. */
  get logger(): Logger | undefined {
    return this.#given.logger;
  }

  /** The settings with production defaults and the variables of this process. */
  get settings(): ResolvedOptions {
    this.#settings ??= this.resolve({ mode: 'start', env: process.env, flags: {} });
    return this.#settings;
  }

  /** Fills in and checks everything. */
  resolve(resolution: Resolution): ResolvedOptions {
    return resolveOptions(this.#given, resolution);
  }

  toJSON(): Readonly<Record<string, unknown>> {
    return { options: Object.keys(this.#given) };
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `WorkerOptions { ${Object.keys(this.#given).join(', ')} }`;
  }
}

/** Whether a name is `entrypointFnc`, or a slip of it that is complained about already. */
const meansEntrypoint = (name: string): boolean => closest(name, ['entrypointFnc']) !== undefined;
