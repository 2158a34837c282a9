import type { Failure } from '../../errors.js';
import type { ToParent } from '../../protocol/child-messages.js';

/** How a job ended. */
export interface TestJobEnd {
  readonly outcome: 'success' | 'failed';
  /**
   * Why it failed; or `ERR_SHUTDOWN_TIMEOUT` for one whose end took too long, which keeps the
   * outcome that it had by then.
   */
  readonly error: Failure | undefined;
  /** What began its end, as the shutdown callbacks get it. */
  readonly reason: string;
}

/** The same before it is known what began the end. */
export type Verdict = Omit<TestJobEnd, 'reason'>;

/** What a message of a job's process says of the outcome, if anything. */
export function verdictIn(message: ToParent): Verdict | undefined {
  if (message.type === 'failed') return { outcome: 'failed', error: message.error };
  if (message.type !== 'finished') return undefined;
  const { outcome } = message.end;
  return { outcome, error: message.end.outcome === 'failed' ? message.end.error : undefined };
}

/** It was shut down first. */
export const neverStarted: Verdict = {
  outcome: 'failed',
  error: { code: 'ERR_LAUNCH_FAILED', message: 'The job was shut down before it started.' },
};

/** Its agent took longer to load and prewarm than it may. */
export const tooSlowStart = (ms: number): Failure => ({
  code: 'ERR_INITIALIZE_TIMEOUT',
  message: `The agent was not ready within ${ms} ms. Make its prewarm function faster or raise initializeProcessTimeout.`,
});

/** Its end took longer than it may. */
export const tooSlow = (ms: number): Failure => ({
  code: 'ERR_SHUTDOWN_TIMEOUT',
  message: `The job did not end within ${ms} ms of its shutdown. Make its shutdown callbacks faster or raise shutdownProcessTimeout.`,
});
