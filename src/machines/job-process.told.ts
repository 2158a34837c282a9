import type { Context, Emitted, Event } from './job-process.types.js';

/** What a job process says of each event, to the pool and to the world. */

interface Told {
  readonly context: Context;
}
interface From<Type extends Event['type']> extends Told {
  readonly event: Extract<Event, { type: Type }>;
}

export const ready = ({
  context: { slot, pid },
  event: { timings },
}: From<'child.ready'>): Emitted => ({ type: 'process.ready', slot, pid, timings });

export const started = ({
  context: { slot, pid },
  event: { jobId },
}: From<'child.started'>): Emitted => ({ type: 'process.started', slot, jobId, pid });

export const finished = ({ context: { slot, jobId, end } }: Told): Emitted => ({
  type: 'process.finished',
  slot,
  jobId: jobId ?? '',
  end: end ?? { outcome: 'success' },
});

export const freed = ({ context: { slot, jobId } }: Told): Emitted => ({
  type: 'process.freed',
  slot,
  jobId: jobId ?? '',
});

export const slow = ({ context: { slot }, event: { silentMs } }: From<'pulse.slow'>): Emitted => ({
  type: 'process.slow',
  slot,
  silentMs,
});

export const heavy = ({
  context: { slot, pid },
  event: { megabytes },
}: From<'memory.heavy'>): Emitted => ({
  type: 'process.heavy',
  slot,
  pid,
  megabytes,
  limitMb: undefined,
});

export const tooHeavy = ({
  context: { slot, pid, limits },
  event: { megabytes },
}: From<'memory.exceeded'>): Emitted => ({
  type: 'process.heavy',
  slot,
  pid,
  megabytes,
  limitMb: limits.memoryLimitMb,
});
