import type { Failure } from '../errors.js';
import type { Event as LinkEvent } from './connection.types.js';
import type { JobEnd } from './job.types.js';
import type { Context, Emitted } from './worker.types.js';

interface Enqueue {
  sendTo(target: `link.${number}`, event: LinkEvent): void;
  emit(event: Emitted): void;
}

/** The one terminal status of a job: told to its server and to the world. */
export function tellEnd(
  enqueue: Enqueue,
  { links }: Pick<Context, 'links'>,
  { jobId, link }: { readonly jobId: string; readonly link: number },
  end: JobEnd,
): void {
  const error = end.outcome === 'failed' ? end.error : undefined;
  if (links.includes(link))
    enqueue.sendTo(`link.${link}`, {
      type: 'status',
      jobId,
      status: end.outcome,
      error: error?.message ?? '',
    });
  enqueue.emit({ type: 'job.ended', jobId, outcome: end.outcome, error });
}

/** The end of a job that never ran here, or not to its end. */
export const failedWith = (error: Failure): JobEnd => ({ outcome: 'failed', error });
