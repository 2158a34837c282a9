import type { Failure } from '../errors.js';
import type { JobEnd } from './job.types.js';
import type { Context } from './job-process.types.js';
import { failureFrom } from './support.js';

/** Why a process was ended before its time, in words for the person who reads the log. */

interface From {
  readonly context: Context;
}

const overweightCode = 'ERR_MEMORY_LIMIT';

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

export const slowStart = ({ context: { timeouts } }: From): Failure => ({
  code: 'ERR_INITIALIZE_TIMEOUT',
  message: `The process was not warm within ${seconds(timeouts.initializeMs)}. Make prewarmFnc faster or raise initializeProcessTimeout.`,
});

export const unacknowledged = ({ context: { timeouts } }: From): Failure => ({
  code: 'ERR_START_TIMEOUT',
  message: `The process did not acknowledge the job within ${seconds(timeouts.startMs)}.`,
});

export const slowShutdown = ({ context: { timeouts } }: From): Failure => ({
  code: 'ERR_SHUTDOWN_TIMEOUT',
  message: `The job did not end within ${seconds(timeouts.shutdownMs)} of its shutdown. Make its shutdown callbacks faster or raise shutdownProcessTimeout.`,
});

export const silent = ({ event: { silentMs } }: { event: { silentMs: number } }): Failure => ({
  code: 'ERR_UNRESPONSIVE',
  message: `The process did not answer for ${seconds(silentMs)}: its event loop is blocked.`,
});

export const overweight = ({
  context: { limits },
  event: { megabytes },
}: From & { event: { megabytes: number } }): Failure => ({
  code: overweightCode,
  message: `The process used ${megabytes} MB of memory, and its limit is ${limits.memoryLimitMb} MB. Find what grows in the agent, or raise jobMemoryLimitMB.`,
});

/** The child says itself, or its channel, what is wrong. */
export const reported = ({ event: { error } }: { event: { error: Failure } }): Failure => error;

/** A job that was ended for its memory has failed, whatever it says of itself. */
export const verdictOn = (end: JobEnd, cause: Failure | undefined): JobEnd =>
  cause?.code === overweightCode ? { outcome: 'failed', error: cause } : end;

export const killed = (): Failure => ({
  code: 'ERR_KILLED',
  message: 'The process was killed because the worker was told to halt.',
});

export const broken = ({ event: { error } }: { event: { error: unknown } }): Failure =>
  failureFrom(error, 'ERR_CHILD_PROCESS');
