import type { Failure } from '../errors.js';
import { stopping } from './process-pool.endings.js';
import type { Context, Emitted, Event } from './process-pool.types.js';

/** What a pool says of each event, to the worker and to the world. */

/** After how long a degraded pool tries again. */
export const probePauseMs = 30_000;

interface Told {
  readonly context: Context;
}
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

export const startFailed = (told: Told): Emitted => ({
  type: 'pool.failed',
  error: lastFailure(told),
  retryMs: told.context.pauseMs,
});

export const probeFailed = (told: Told): Emitted => ({
  type: 'pool.failed',
  error: lastFailure(told),
  retryMs: probePauseMs,
});

/** A draining pool has no time for pauses. */
export const failedInDrain = (told: Told): Emitted => ({
  type: 'pool.failed',
  error: lastFailure(told),
  retryMs: 0,
});
