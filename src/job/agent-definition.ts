import { argumentError } from '../arguments.js';
import type { JobContext, JobProcess } from './context.types.js';

const marker = Symbol.for('livekit-actors.AgentDefinition');

/** An agent: what runs for each job, and what each process prepares before its job. */
export interface AgentDefinition<UserData = Record<string, unknown>> {
  /** Runs once per job, in a process of its own. The job goes on after it returns. */
  entrypoint(ctx: JobContext<UserData>): void | Promise<void>;
  /** Runs once in each process, before there is a job. What it puts into `userdata` the job finds there. */
  prewarm?(proc: JobProcess<UserData>): void | Promise<void>;
}

/**
 * Defines the agent of a module: export the result as default and name the module in the
 * worker's option `agent`. It does nothing but mark the definition, so that the module is
 * recognised across copies of this package.
 *
 * @throws WorkerError `ERR_INVALID_ARGUMENT` for what has no entrypoint.
 *
 * @example
 * export default defineAgent<{ vad: Vad }>({
 *   prewarm: async (proc) => {
 *     proc.userdata.vad = await loadVad();
 *   },
 *   entrypoint: async (ctx) => {
 *     await ctx.connect();
 *   },
 * });
 */
export const defineAgent = <UserData = Record<string, unknown>>(
  definition: AgentDefinition<UserData>,
): AgentDefinition<UserData> => {
  const given: unknown = definition;
  const { entrypoint, prewarm } = Object(given) as Partial<AgentDefinition>;
  if (typeof entrypoint !== 'function')
    throw argumentError('defineAgent', 'an object with the function entrypoint', given);
  if (prewarm !== undefined && typeof prewarm !== 'function')
    throw argumentError('defineAgent', 'a function as prewarm', prewarm);
  return Object.freeze({ ...definition, [marker]: true });
};

/** Whether a value is the result of `defineAgent`, of this or another copy of this package. */
export const isAgentDefinition = (value: unknown): value is AgentDefinition =>
  typeof value === 'object' &&
  value !== null &&
  marker in value &&
  'entrypoint' in value &&
  typeof value.entrypoint === 'function';
