import type { ChildProcess } from 'node:child_process';
import { type ChildLog, leftOut } from './child-channel.js';
import { readOutput } from './child-output.js';
import { type Pace, paceOf } from './child-pace.js';

interface Printed {
  readonly log: (line: Omit<ChildLog, 'pid'>) => void;
  /** The job that runs there now. */
  readonly jobId: () => string | undefined;
  readonly pace?: Pace;
}

/**
 * Has what a child prints written to the log, at the pace of its own log; how much is left out is
 * said. The result tells the last lines of its standard error.
 */
export function logPrinted(
  child: ChildProcess,
  { log, jobId, pace = paceOf() }: Printed,
): () => readonly string[] {
  const tellLeftOut = (): void => {
    const count = pace.leftOut();
    if (count > 0) log(leftOut(count));
  };
  child.once('close', tellLeftOut);
  return readOutput(child, ({ stream, text }) => {
    const time = Date.now();
    if (pace.line(time) !== 'write') return;
    tellLeftOut();
    const job = jobId();
    log({
      level: stream === 'stdout' ? 'info' : 'warn',
      message: text,
      fields: { stream, ...(job !== undefined && { job_id: job }) },
      time,
    });
  });
}
