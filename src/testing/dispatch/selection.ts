import type { DispatchRecord, JobTypeWord, WorkerRecord } from './records.js';

/** What a worker must be to be asked for a job. */
export interface Wanted extends Pick<DispatchRecord, 'agentName' | 'deployment'> {
  readonly type: JobTypeWord;
  /** Automatic dispatch makes one job for each namespace; a named one does not look at it. */
  readonly namespace: string | undefined;
}

/** The load at which a worker no longer makes its node visible; loads travel as 32-bit floats. */
const targetLoad = Math.fround(0.7);

/** Whether a worker serves this kind of job at all: exact names, exact labels. */
export const serves = (worker: WorkerRecord, wanted: Wanted): boolean =>
  worker.agentName === wanted.agentName &&
  worker.type === wanted.type &&
  worker.deployment === wanted.deployment &&
  (wanted.namespace ?? worker.namespace) === worker.namespace;

/**
 * Whether this server takes the job: the head-rooms of its matching, available workers below the
 * target load add up to something. Hence a lone worker at 0.7 gets nothing, and a worker at 0.9
 * still gets its share beside one that has room.
 */
export const isVisible = (workers: readonly WorkerRecord[], wanted: Wanted): boolean =>
  workers
    .filter((worker) => isAvailable(worker) && serves(worker, wanted))
    .reduce((sum, { load }) => sum + Math.max(0, targetLoad - load), 0) > 0;

/** Picks a worker that was not asked yet, at random, weighted by 1 − load. */
export function select(
  workers: readonly WorkerRecord[],
  wanted: Wanted,
  asked: ReadonlySet<string>,
  random: () => number,
): WorkerRecord | undefined {
  const candidates = workers
    .filter((worker) => isAvailable(worker) && serves(worker, wanted) && !asked.has(worker.id))
    .map((worker) => ({ worker, weight: 1 - worker.load }))
    .filter(({ weight }) => weight > 0);
  let rest = random() * candidates.reduce((sum, { weight }) => sum + weight, 0);
  for (const { worker, weight } of candidates) {
    rest -= weight;
    if (rest < 0) return worker;
  }
  return candidates.at(-1)?.worker;
}

const isAvailable = ({ status }: WorkerRecord): boolean => status === 'available';
