import type { Failure } from '../errors.js';
import type { Output as Ended } from './job-process.types.js';
import { failedToStart, memberOf, retried, unacknowledged } from './process-pool.members.js';
import type { Context, Emitted, Member, Waiting } from './process-pool.types.js';
import { messageOf, slotOf } from './support.js';

const firstPauseMs = 100;

/** What is left of the pool when a process is gone, and what the worker must hear of its job. */
export interface Aftermath {
  readonly members: readonly Member[];
  readonly queue: readonly Waiting[];
  readonly tell: readonly Emitted[];
}

export function ended(context: Context, output: Ended): Aftermath {
  const member = memberOf(context.members, output.slot);
  const members = context.members.filter(({ slot }) => slot !== output.slot);
  const job = member?.job;
  if (!job) return { members, queue: context.queue, tell: obituary(context, output) };
  const { jobId } = job.launch;
  if (output.started || member.phase === 'running')
    return { members, queue: context.queue, tell: [exited(jobId, output), ...cut(output)] };
  // A process whose exit nobody saw may start the job yet, and so it must not start elsewhere.
  const again = output.exit && retried(job);
  if (again) return { members, queue: [again, ...context.queue], tell: [] };
  const error = output.error ?? unacknowledged;
  return { members, queue: context.queue, tell: [{ type: 'job.unstartable', jobId, error }] };
}

const toldElsewhere = ['ERR_KILLED', 'ERR_MEMORY_LIMIT'];

/** What nobody else tells: a start that failed is told with its pause, a halt and a limit by themselves. */
function obituary(context: Context, output: Ended): readonly Emitted[] {
  const { slot, pid, error, outcome } = output;
  const isNews = memberOf(context.members, slot)?.phase === 'warm' || outcome === 'lost';
  const isTold = failedToStart(context, output) || toldElsewhere.includes(error?.code ?? '');
  return error && isNews && !isTold
    ? [{ type: 'pool.died', slot, pid, jobId: undefined, error }]
    : [];
}

/** A process that did not leave after its job was over, and was made to. */
const cut = ({ slot, pid, jobId, cut: error }: Ended): readonly Emitted[] =>
  error && !toldElsewhere.includes(error.code)
    ? [{ type: 'pool.died', slot, pid, jobId, error }]
    : [];

/** A job that is over as its process said. */
export const succeeded = (jobId: string): Emitted => ({
  type: 'job.exited',
  jobId,
  end: { outcome: 'success' },
  died: false,
});

function exited(jobId: string, { outcome, error, reported }: Ended): Emitted {
  if (outcome === 'success') return succeeded(jobId);
  return {
    type: 'job.exited',
    jobId,
    end: { outcome: 'failed', error: error ?? unacknowledged },
    died: !reported,
  };
}

type Gone = { readonly actorId: string } & (
  | { readonly output: Ended }
  | { readonly error: unknown }
);

/** How a process ended; one whose machine broke, which is our bug, was not seen to end at all. */
export const endOf = ({ event }: { event: Gone }): Ended =>
  'output' in event
    ? event.output
    : {
        slot: slotOf(event.actorId),
        pid: undefined,
        jobId: undefined,
        outcome: 'failed',
        started: false,
        reported: false,
        settled: true,
        wasWarm: false,
        cut: undefined,
        exit: undefined,
        traces: undefined,
        error: { code: 'ERR_INTERNAL', message: messageOf(event.error) },
        timings: undefined,
      };

/** Why jobs that wait are given up when the pool ends. */
export const stopping: Failure = {
  code: 'ERR_LAUNCH_FAILED',
  message: 'The worker stopped before the job could start.',
};

/** Pids differ between workers on one machine, so they serve as dice that a pure machine can throw. */
export function pauseAfter(failuresInARow: number, pid: number | undefined): number {
  const jitter = ((pid ?? 1) * 0.618_034) % 1;
  const pauseMs = firstPauseMs * 2 ** (failuresInARow - 1);
  return Math.round(pauseMs * (0.75 + jitter / 4));
}
