import { type CpuInfo, cpus as machineCpus } from 'node:os';
import { type CallbackActorLogic, type CallbackLogicFunction, fromCallback } from 'xstate';
import type { LoadCommand, LoadFact, LoadInput } from '../machines/worker.types.js';
import { cpuLoad } from './cpu-load.js';
import { type Every, everyOnTheClock } from './every.js';
import { failureOf } from './failure.js';

const sampleMs = 500;
/** A report every 2.5 s, the first after one sample. */
const samplesPerReport = 5;

/** The world of a load sampler; a test brings its own. */
export interface LoadSamplerOptions {
  readonly every?: Every;
  readonly cpus?: () => readonly Pick<CpuInfo, 'times'>[];
}

/**
 * Makes the real load sampler, to be provided to a machine's `loadSampler` port. It owns one timer.
 * Without a `loadFnc` the load is that of the machine's processors; with one it is what that
 * function says. What comes of a load, or of its absence, is the machine's business.
 *
 * Contract: a report each 2.5 s is either `load.sampled`, from 0 to 1, or `load.missed`. A function
 * is not called again before its last call has settled; a late result still counts.
 */
export const loadSampler = ({
  every = everyOnTheClock,
  cpus = machineCpus,
}: LoadSamplerOptions = {}): CallbackActorLogic<LoadCommand, LoadInput> => {
  const loadSamplerLogic: CallbackLogicFunction<LoadCommand, LoadFact, LoadInput> = ({
    input: { loadFnc },
    receive,
    sendBack,
  }) => {
    let activeJobs: readonly string[] = [];
    receive(({ jobIds }) => {
      activeJobs = jobIds;
    });
    const cpu = loadFnc ? undefined : cpuLoad(cpus);
    const measure = loadFnc ? () => loadFnc({ activeJobs }) : () => cpu?.mean();
    const report = reporter(measure, sendBack);
    let ticks = 0;
    return every(sampleMs, () => {
      cpu?.sample();
      if (ticks % samplesPerReport === 0) report();
      ticks += 1;
    });
  };
  return fromCallback(loadSamplerLogic);
};

/** Asks for one measurement at a time. It never throws, whatever the user's function does. */
function reporter(measure: () => unknown, sendBack: (fact: LoadFact) => void): () => void {
  let asking = false;
  const miss = (error: unknown): void =>
    sendBack({ type: 'load.missed', error: failureOf(error, 'ERR_LOAD_FNC') });
  const take = (load: unknown): void => {
    if (typeof load === 'number' && load >= 0) {
      sendBack({ type: 'load.sampled', load: Math.min(load, 1) });
    } else miss(new Error(`The load is ${shown(load)}, not a number from 0 to 1.`));
  };

  return () => {
    if (asking) return miss(new Error('loadFnc has not settled since the last report was due.'));
    try {
      const load = measure();
      if (!isThenable(load)) return take(load);
      asking = true;
      Promise.resolve(load)
        .then(take, miss)
        .finally(() => {
          asking = false;
        });
    } catch (error) {
      miss(error);
    }
  };
}

const shown = (load: unknown): string => (typeof load === 'number' ? `${load}` : typeof load);

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
