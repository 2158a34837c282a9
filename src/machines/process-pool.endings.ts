import type { Output as Ended } from './job-process.types.js';
import { memberOf, retried, unacknowledged } from './process-pool.members.js';
import type { Context, Emitted, Member, Waiting } from './process-pool.types.js';
import { messageOf } from './support.js';

/** What is left of the pool when a process is gone, and what the worker must hear of it. */
export interface Aftermath {
  readonly members: readonly Member[];
  readonly queue: readonly Waiting[];
  readonly tell: readonly Emitted[];
}

export function ended(context: Context, output: Ended): Aftermath {
  const member = memberOf(context.members, output.slot);
  const members = context.members.filter(({ slot }) => slot !== output.slot);
  const job = member?.job;
  if (!job) return { members, queue: context.queue, tell: [] };
  const { jobId } = job.launch;
  if (output.started || member.phase === 'running' || output.outcome === 'success')
    return { members, queue: context.queue, tell: [exited(jobId, output)] };
  const again = retried(job);
  if (again) return { members, queue: [again, ...context.queue], tell: [] };
  const error = output.error ?? unacknowledged;
  return { members, queue: context.queue, tell: [{ type: 'job.unstartable', jobId, error }] };
}

function exited(jobId: string, { outcome, error, reported }: Ended): Emitted {
  if (outcome === 'success')
    return { type: 'job.exited', jobId, end: { outcome: 'success' }, died: false };
  return {
    type: 'job.exited',
    jobId,
    end: { outcome: 'failed', error: error ?? unacknowledged },
    died: !reported,
  };
}

/** A job process machine broke, which is our bug: its job counts as failed. */
export function broken(context: Context, slot: number, error: unknown): Aftermath {
  const job = memberOf(context.members, slot)?.job;
  const failure = { code: 'ERR_INTERNAL', message: messageOf(error) };
  return {
    members: context.members.filter((member) => member.slot !== slot),
    queue: context.queue,
    tell: job
      ? [
          {
            type: 'job.exited',
            jobId: job.launch.jobId,
            end: { outcome: 'failed', error: failure },
            died: true,
          },
        ]
      : [],
  };
}
