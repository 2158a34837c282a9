import { type CallbackActorLogic, type CallbackLogicFunction, fromCallback } from 'xstate';
import { cpuLoad } from '../load/cpu-load.js';
import type {
  LoadCommand,
  LoadFact,
  LoadFault,
  LoadFnc,
  LoadInput,
} from '../machines/worker.types.js';
import { type Every, everyOnTheClock } from './every.js';
import { failureOf } from './failure.js';

const sampleMs = 500;
/** A report every 2.5 s, the first after one sample. */
const samplesPerReport = 5;

/** The world of a load sampler; a test brings its own. */
export interface LoadSamplerOptions {
  readonly every?: Every;
  /** Milliseconds that pass also while this process stands still. */
  readonly now?: () => number;
  readonly defaultLoad?: () => LoadFnc;
}

/**
 * Makes the real load sampler, to be provided to a machine's `loadSampler` port. It owns one timer.
 * Without a `loadFnc` the load is that of the container's CPUs. What comes of a load, or of its
 * absence, is the machine's business.
 *
 * Contract: every 2.5 s there is `load.sampled`, with what the function says, or `load.missed`; or
 * `load.awaited`, 0.5 s later, when it takes its time. A function is not called again before its
 * last call has settled, or the machine says `ask.again`; a late result still counts. Its timer
 * shows when this process stood still: a tick that misses its successor's time is `loop.stalled`.
 */
export const loadSampler = ({
  every = everyOnTheClock,
  now = () => performance.now(),
  defaultLoad = cpuLoad,
}: LoadSamplerOptions = {}): CallbackActorLogic<LoadCommand, LoadInput> => {
  const loadSamplerLogic: CallbackLogicFunction<LoadCommand, LoadFact, LoadInput> = ({
    input: { loadFnc = defaultLoad() },
    receive,
    sendBack,
  }) => {
    let activeJobs: readonly string[] = [];
    const reporter = reporterOf(() => loadFnc({ activeJobs }), sendBack);
    receive((command) => {
      if (command.type === 'jobs') activeJobs = command.jobIds;
      else reporter.forget();
    });
    let ticks = 0;
    let lastAt = now();
    sample(loadFnc);
    return every(sampleMs, () => {
      const at = now();
      const stoodMs = Math.round(at - lastAt - sampleMs);
      lastAt = at;
      if (stoodMs >= sampleMs) sendBack({ type: 'loop.stalled', stoodMs, at });
      sample(loadFnc);
      if (ticks % samplesPerReport === 0) reporter.report();
      else reporter.remind();
      ticks += 1;
    });
  };
  return fromCallback(loadSamplerLogic);
};

function sample(loadFnc: LoadFnc): void {
  try {
    loadFnc.sample?.();
  } catch {
    // What is wrong shows when the load is asked for.
  }
}

type MissFault = Exclude<LoadFault, 'excessive'>;

/** Asks for one measurement at a time. It never throws, whatever the user's function does. */
function reporterOf(measure: () => unknown, sendBack: (fact: LoadFact) => void) {
  let pending: { isLate: boolean } | undefined;
  let owesFact = false;
  const miss = (fault: MissFault, error: unknown): void =>
    sendBack({ type: 'load.missed', fault, error: failureOf(error, 'ERR_LOAD_FNC') });
  const take = (load: unknown, isLate = false): void => {
    if (typeof load === 'number' && load >= 0)
      sendBack({ type: 'load.sampled', load, ...(isLate && { isLate }) });
    else miss('unusable', new Error(`The load is ${shown(load)}, not a number from 0 to 1.`));
  };

  return {
    report() {
      owesFact = false;
      if (pending !== undefined) {
        pending.isLate = true;
        return miss('late', new Error('It has not settled since the last report was due.'));
      }
      try {
        const load = measure();
        if (!isThenable(load)) return take(load);
        const call = { isLate: false };
        pending = call;
        owesFact = true;
        Promise.resolve(load)
          .finally(() => {
            if (pending !== call) return;
            pending = undefined;
            owesFact = false;
          })
          .then(
            (settled) => take(settled, call.isLate),
            (error) => miss('threw', error),
          );
      } catch (error) {
        miss('threw', error);
      }
    },
    remind() {
      if (owesFact) sendBack({ type: 'load.awaited' });
      owesFact = false;
    },
    forget() {
      pending = undefined;
    },
  };
}

const shown = (load: unknown): string => (typeof load === 'number' ? `${load}` : typeof load);

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
