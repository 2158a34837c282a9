import { withMachines } from './run-machine.js';

/**
 * One promise of a machine as a function of that machine, so that the same test runs on the real
 * machine and on mutants of it. It uses nothing but the machine it is given.
 */
export interface Behaviour<Machine> {
  /** The promise, in the present tense. */
  readonly title: string;
  readonly run: (machine: Machine) => void | Promise<void>;
}

/** Runs one behaviour on virtual time; one that hangs has failed. */
export async function exercise<Machine>(
  behaviour: Behaviour<Machine>,
  machine: Machine,
  limitMs = 2_000,
): Promise<void> {
  await withMachines(() => within(limitMs, behaviour.run(machine)));
}

function within(limitMs: number, result: void | Promise<void>): void | Promise<void> {
  if (!(result instanceof Promise)) return result;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Not settled in ${limitMs} ms.`)), limitMs);
    result.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
