import type { processPoolMachine } from '../machines/process-pool.machine.js';
import type { PoolView, WaitingJob } from '../machines/process-pool.types.js';
import type { workerMachine } from '../machines/worker.machine.js';

export type { PoolView, WaitingJob } from '../machines/process-pool.types.js';

/**
 * The guards of the process pool machine that a user may replace. They are asked often, so they must
 * be quick. One that throws, or returns anything but true or false, decides nothing: the default
 * does, and the worker warns once.
 */
export interface PoolPolicies {
  /**
   * May this job have one of the warm processes now? One that may not waits, while another process
   * starts, until it may or its time to start is over. Default: yes. A worker that drains does not
   * ask.
   */
  readonly getsProcess?: (job: WaitingJob) => boolean;
  /**
   * Should one more process be warm, when `warm` of them are? It is asked for 0, 1 and so on until
   * it says no, each time something changes. Default: fewer than `idle`.
   */
  readonly keepsWarm?: (pool: PoolView) => boolean;
}

/** Their names. */
export const poolPolicies: readonly string[] = [
  'getsProcess',
  'keepsWarm',
] satisfies (keyof PoolPolicies)[];

type Guards = Readonly<Record<string, (_: unknown, input: never) => boolean>>;

/** Gives the pool of a worker machine the guards of it that are among these. */
export function withPoolGuards(
  machine: typeof workerMachine,
  guards: Guards,
): typeof workerMachine {
  const own = Object.fromEntries(
    Object.entries(guards).filter(([name]) => poolPolicies.includes(name)),
  );
  // Who brings a pool of another kind need not have one that takes guards.
  if (Object.keys(own).length === 0) return machine;
  const pool = machine.implementations.actors.processPool as typeof processPoolMachine;
  return machine.provide({ actors: { processPool: pool.provide({ guards: own }) } });
}
