import type { Failure } from '../errors.js';
import type { JobEnd } from './job.types.js';
import type { Context, Output } from './job-process.types.js';

/** The verdict over a process. What the child itself said of its job outranks how it exited. */
export function outputOf(context: Context): Output {
  const { slot, pid, jobId, settled, started, timings, exit, traces, end, cause } = context;
  const common = {
    slot,
    pid,
    jobId,
    started,
    exit,
    traces,
    timings,
    settled: settled || jobId !== undefined,
    reported: end !== undefined,
    cut: end && !causedBy(end, cause) ? cause : undefined,
    wasWarm: timings !== undefined,
  };
  if (exit === undefined && pid !== undefined) return { ...common, outcome: 'lost', error: cause };
  if (end) {
    const error = end.outcome === 'failed' ? end.error : undefined;
    return { ...common, outcome: end.outcome, error };
  }
  const outcome = jobId === undefined ? 'unused' : 'failed';
  return {
    ...common,
    outcome,
    error: endedAsAsked(context) ? undefined : (cause ?? died(context)),
  };
}

/** Whether the verdict on the job says already why its process was ended. */
const causedBy = (end: JobEnd, cause: Failure | undefined): boolean =>
  end.outcome === 'failed' && end.error === cause;

/** Only a process that never had a job may end without a word, and only when it was asked to. */
const endedAsAsked = ({ jobId, exit, cause, shutdown }: Context): boolean =>
  jobId === undefined && cause === undefined && shutdown !== undefined && exit?.code === 0;

function died({ exit, jobId, timings }: Context): Failure {
  const how = exit?.signal ? `was ended by ${exit.signal}` : `exited with code ${exit?.code}`;
  const idle = timings === undefined ? 'before it was warm' : 'while it was idle';
  const when = jobId === undefined ? idle : 'without reporting an outcome';
  return { code: 'ERR_PROCESS_EXITED', message: `The process ${how} ${when}.` };
}
