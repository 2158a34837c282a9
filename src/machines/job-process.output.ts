import type { Failure } from '../errors.js';
import type { Context, Exit, Output } from './job-process.types.js';

/** The verdict over a process. What the child itself said of its job outranks how it exited. */
export function outputOf(context: Context): Output {
  const { slot, pid, jobId, started, timings, exit, end, cause } = context;
  const common = {
    slot,
    pid,
    jobId,
    started,
    exit,
    timings,
    reported: end !== undefined,
    wasWarm: timings !== undefined,
  };
  if (exit === undefined && cause?.code !== undefined && pid !== undefined)
    return { ...common, outcome: 'lost', error: cause };
  if (end) {
    const error = end.outcome === 'failed' ? end.error : undefined;
    return { ...common, outcome: end.outcome, error };
  }
  const isExpected = jobId === undefined && timings !== undefined && cause === undefined;
  if (isExpected && exit?.code === 0) return { ...common, outcome: 'unused', error: undefined };
  return {
    ...common,
    outcome: jobId === undefined ? 'unused' : 'failed',
    error: cause ?? died(exit),
  };
}

function died(exit: Exit | undefined): Failure {
  const how = exit?.signal ? `was ended by ${exit.signal}` : `exited with code ${exit?.code}`;
  return {
    code: 'ERR_PROCESS_EXITED',
    message: `The process ${how} without reporting an outcome.`,
  };
}
