import type { Failure } from '../errors.js';
import { endOf, stopping } from './process-pool.endings.js';
import type { Context, Emitted, Event } from './process-pool.types.js';

/** What a pool says of each event, to the worker and to the world. */

/** After how long a degraded pool tries again. */
export const probePauseMs = 30_000;

interface Told {
  readonly context: Context;
}
type Gone = Told & Parameters<typeof endOf>[0];
interface From<Type extends Event['type']> extends Told {
  readonly event: Extract<Event, { type: Type }>;
}

export const processReady = ({
  event: { slot, pid, timings },
}: From<'process.ready'>): Emitted => ({ type: 'pool.process', slot, pid, timings });

export const slow = ({ event: { slot, silentMs } }: From<'process.slow'>): Emitted => ({
  type: 'pool.slow',
  slot,
  silentMs,
});

export const heavy = ({ event }: From<'process.heavy'>): Emitted => ({
  ...event,
  type: 'pool.heavy',
});

export const jobStarted = ({ event: { slot, jobId, pid } }: From<'process.started'>): Emitted => ({
  type: 'job.started',
  jobId,
  slot,
  pid,
});

export const jobFinished = ({ event: { jobId, end } }: From<'process.finished'>): Emitted => ({
  type: 'job.finished',
  jobId,
  end,
});

export const lastFailure = ({ context }: Told): Failure => context.lastFailure ?? stopping;

export const workerStopped = (): Failure => stopping;

export const degraded = (told: Told): Emitted => ({
  type: 'pool.degraded',
  error: lastFailure(told),
});

/** A start that failed, with all that helps to find out why. */
const failed = ({ context, event }: Gone, retryMs: number): Emitted => {
  const { slot, pid, traces = { ranMs: 0, stderr: [] } } = endOf({ event });
  return { type: 'pool.failed', slot, pid, error: lastFailure({ context }), retryMs, ...traces };
};

export const startFailed = (gone: Gone): Emitted => failed(gone, gone.context.pauseMs);

export const probeFailed = (gone: Gone): Emitted => failed(gone, probePauseMs);

/** A draining pool has no time for pauses. */
export const failedInDrain = (gone: Gone): Emitted => failed(gone, 0);
