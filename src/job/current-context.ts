import { AsyncLocalStorage } from 'node:async_hooks';
import { WorkerError } from '../errors.js';
import type { JobContext } from './context.types.js';

// Global, because the runner and the user's module may hold different copies of this code.
const key = Symbol.for('livekit-actors.jobContext');
const place = globalThis as { [key]?: AsyncLocalStorage<JobContext> };

const store = (): AsyncLocalStorage<JobContext> => {
  place[key] ??= new AsyncLocalStorage<JobContext>();
  return place[key];
};

/** Calls `work` so that `getJobContext` finds `ctx` in it and in all it starts. */
export const runWithJobContext = <Result>(ctx: JobContext, work: () => Result): Result =>
  store().run(ctx, work);

/**
 * The context of the job that this code runs for. It works anywhere below the entrypoint, across
 * `await` and timers, but not in a callback that native code calls.
 *
 * @throws WorkerError `ERR_NO_JOB_CONTEXT` outside of a job, unless `required` is false.
 *
 * @example
 * const { log } = getJobContext();
 * const roomName = getJobContext({ required: false })?.job.room?.name;
 */
export function getJobContext<UserData = Record<string, unknown>>(options?: {
  readonly required?: true;
}): JobContext<UserData>;
export function getJobContext<UserData = Record<string, unknown>>(options: {
  readonly required: boolean;
}): JobContext<UserData> | undefined;
export function getJobContext({
  required = true,
}: {
  readonly required?: boolean;
} = {}): JobContext<unknown> | undefined {
  const ctx = store().getStore();
  if (ctx === undefined && required) {
    throw new WorkerError(
      'ERR_NO_JOB_CONTEXT',
      'There is no job here. Call getJobContext() in the entrypoint or in what it calls, or pass { required: false }.',
    );
  }
  return ctx;
}
