import { type CallbackActorLogic, type CallbackLogicFunction, fromCallback } from 'xstate';
import type { SamplerCommand, SamplerFact, SamplerInput } from '../machines/job-process.types.js';
import { type Every, everyOnTheClock } from './every.js';
import { memoryReader, type ReadMemory } from './memory-reading.js';

const sampleMs = 5_000;
/** The share of the limit above which it is worth the effort to leave out what is shared. */
const near = 0.8;

/** The world of a memory sampler; a test brings its own. */
export interface MemorySamplerOptions {
  readonly every?: Every;
  readonly read?: ReadMemory;
}

/**
 * Makes the real memory sampler, to be provided to a machine's `memorySampler` port. It owns one
 * timer, from the moment that it is told which process to watch. What is too much is the machine's
 * business.
 *
 * Contract: every 5 s, the first time 5 s after `watch`, it says `memory.sampled`, or nothing if the
 * process is gone or the last reading is not done. Memory that is shared with other processes counts
 * in full, but close to the limit only in part, where the system tells.
 */
export const memorySampler = ({
  every = everyOnTheClock,
  read = memoryReader(),
}: MemorySamplerOptions = {}): CallbackActorLogic<SamplerCommand, SamplerInput> => {
  const memorySamplerLogic: CallbackLogicFunction<SamplerCommand, SamplerFact, SamplerInput> = ({
    input: { limitMb },
    receive,
    sendBack,
  }) => {
    let stop = () => {};
    receive(({ pid }) => {
      stop();
      stop = every(
        sampleMs,
        oneAtATime(async () => {
          const megabytes = await measured(read, pid, limitMb);
          if (megabytes !== undefined) sendBack({ type: 'memory.sampled', megabytes });
        }),
      );
    });
    return () => stop();
  };
  return fromCallback(memorySamplerLogic);
};

async function measured(
  read: ReadMemory,
  pid: number,
  limitMb: number,
): Promise<number | undefined> {
  const resident = await read(pid, 'resident');
  if (resident === undefined || resident <= limitMb * near) return resident;
  return (await read(pid, 'proportional')) ?? resident;
}

/** A machine under pressure reads slowly; what is due meanwhile is left out. */
function oneAtATime(sample: () => Promise<void>): () => void {
  let sampling = false;
  return () => {
    if (sampling) return;
    sampling = true;
    void sample().finally(() => {
      sampling = false;
    });
  };
}
