import type { AgentDefinition } from './job/agent-definition.js';
import { currentRunner } from './job/registry.js';
import {
  checkGiven,
  type Logger,
  type Resolution,
  type ResolvedOptions,
  resolveOptions,
  type WorkerOptionsInit,
} from './options.js';

/**
 * What a worker is made of: the functions of the agent, and how to run them. The entrypoint, or
 * the agent's own module, is all that is required. Address and credentials may come later, from
 * the environment or the command line: the processes of jobs make the same object without them.
 *
 * It is a valid input of the worker machine. Nothing that prints or serialises it shows a secret.
 *
 * @throws WorkerError `ERR_INVALID_OPTIONS`, naming all that is wrong; under a command line, which
 * says it in a line and ends with exit code 78, only when the worker is made.
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
    this.#given = Object.freeze({ ...given });
    if (!isCommand(process.argv.slice(2))) checkGiven(this.#given);
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

/** Whether `cli.runApp` will say what is wrong, or has said it in the process of the worker. */
const isCommand = (args: readonly string[]): boolean =>
  commands.some((command) => args.includes(command)) || currentRunner() !== undefined;

const commands = ['start', 'dev', 'connect', 'simulate'];
