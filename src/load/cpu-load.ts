import { availableParallelism, cpus } from 'node:os';
import { argumentError, optionsOf } from '../arguments.js';
import { WorkerError } from '../errors.js';
import type { LoadFnc } from '../machines/worker.types.js';
import { controlGroups } from './control-group.js';
import { type CpuReading, type CpuSources, cpuReader, type ReadCpu } from './cpu-reading.js';
import { expectedCpus, isNumCpus, numCpusIn, numCpusVariable } from './num-cpus.js';

/** Samples over which the mean is taken: 2.5 s of them. */
const window = 5;

/** Options of `cpuLoad`. */
export interface CpuLoadOptions {
  /**
   * CPUs that make a load of 1; fractions are allowed. Default: the variable `NUM_CPUS`, else what
   * the container may use, else all of the machine.
   */
  readonly numCpus?: number | undefined;
}

/** The world of a CPU load; a test brings its own. */
export interface CpuWorld extends CpuSources {
  readonly env: Readonly<Record<string, string | undefined>>;
}

const realWorld = (): CpuWorld => ({
  root: controlGroups,
  machine: cpus,
  parallelism: availableParallelism,
  now: () => performance.now(),
  env: process.env,
});

/**
 * The load of the CPUs that this container may use, as a mean of the last 2.5 s. It is the default
 * of `loadFnc`; call it for use in a load function of your own, or in `maxLoad`.
 *
 * It reads the counters of the control group (version 2, then 1), and outside of containers those
 * of the machine. A container of version 1 without a quota counts as one with 2 CPUs. A worker
 * samples it every 0.5 s by itself; called by a function of your own it samples when it is called,
 * and is the mean of the last five calls. Before there are two readings it is 0.
 *
 * @throws WorkerError `ERR_INVALID_ARGUMENT` for a wrong option. The function throws `ERR_LOAD_FNC`
 * while the counters cannot be read, or `NUM_CPUS` is no number above 0.
 *
 * @example
 * new WorkerOptions({ loadFnc: maxLoad(cpuLoad(), memoryLoad()), entrypointFnc });
 */
export function cpuLoad(options: CpuLoadOptions = {}): LoadFnc {
  return cpuLoadIn(realWorld(), options);
}

/** The same in a given world. Nothing is read before it is used. */
export function cpuLoadIn(world: CpuWorld, options: CpuLoadOptions = {}): LoadFnc {
  const { numCpus } = optionsOf('cpuLoad', options, ['numCpus']);
  if (numCpus !== undefined && !isNumCpus(numCpus))
    throw argumentError('cpuLoad', `numCpus as ${expectedCpus}`, numCpus);

  let read: ReadCpu | undefined;
  const mean = rollingMean(() => {
    read ??= cpuReader(world);
    const reading = read();
    const cpus = numCpus ?? checkedVariable(world.env) ?? reading?.cpus;
    return reading && cpus !== undefined ? { ...reading, cpus } : undefined;
  });
  let sampled = false;
  const load = (): number => {
    if (!sampled) mean.sample();
    sampled = false;
    return mean.now();
  };
  return Object.assign(load, {
    sample() {
      mean.sample();
      sampled = true;
    },
  });
}

function checkedVariable(env: CpuWorld['env']): number | undefined {
  const value = numCpusIn(env);
  if (Number.isNaN(value))
    throw new WorkerError(
      'ERR_LOAD_FNC',
      `${numCpusVariable}: expected ${expectedCpus}, got ${JSON.stringify(env[numCpusVariable])}.`,
    );
  return value;
}

/** Work done, and work that could have been done, from one reading to the next. */
interface Sample {
  readonly used: number;
  readonly possible: number;
}

/** A mean that no single reading decides: one that makes no sense is left out, one that is off is one of five. */
function rollingMean(read: ReadCpu): { sample(): void; now(): number } {
  let before: CpuReading | undefined;
  let samples: readonly (Sample | undefined)[] = [];
  return {
    sample() {
      const reading = read();
      if (before || !reading)
        samples = [...samples, sampleOf(before, reading, samples.at(-1))].slice(-window);
      before = reading ?? before;
    },
    now() {
      const known = samples.filter((one) => one !== undefined);
      if (known.length === 0 && (before === undefined || samples.length === window))
        throw new WorkerError(
          'ERR_LOAD_FNC',
          'The CPU counters of this machine cannot be read. Give the worker a loadFnc, such as jobCountLoad(10).',
        );
      const possible = known.reduce((sum, one) => sum + one.possible, 0);
      const used = known.reduce((sum, one) => sum + one.used, 0);
      return possible > 0 ? Math.min(used / possible, 1) : 0;
    },
  };
}

/** Undefined for counters that are missing, stand still altogether or went backwards. */
function sampleOf(
  before: CpuReading | undefined,
  now: CpuReading | undefined,
  last: Sample | undefined,
): Sample | undefined {
  if (!before || !now) return undefined;
  const used = now.usedMs - before.usedMs;
  const possible = (now.passedMs - before.passedMs) * now.cpus;
  if (!(used >= 0 && possible > 0)) return undefined;
  // A counter that stood still for one sample tells of both in the next.
  const caughtUp = last?.used === 0 ? last.possible : 0;
  return { used: Math.min(used, possible + caughtUp), possible };
}
