import { AsyncLocalStorage } from 'node:async_hooks';
import type { Room } from '@livekit/rtc-node';
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

/** The part of a room that tells what happens there. */
type Told = Pick<Room, 'registerTextStreamHandler' | 'registerByteStreamHandler'> & {
  emit(...args: unknown[]): boolean;
};

/**
 * Makes `inContext` surround whatever a room calls: native code calls it from nowhere. The listeners
 * stay as they are, so that `off` finds them.
 */
export function bindRoom(room: Room, inContext: <Result>(work: () => Result) => Result): void {
  const told = room as unknown as Told;
  const { emit, registerTextStreamHandler, registerByteStreamHandler } = told;
  const bound = <Args extends unknown[]>(handler: (...args: Args) => void) =>
    typeof handler === 'function'
      ? (...args: Args): void => inContext(() => handler(...args))
      : handler;
  Object.assign(told, {
    emit: (...args: unknown[]) => inContext(() => emit.apply(told, args)),
    registerTextStreamHandler: (topic, handler) =>
      registerTextStreamHandler.call(told, topic, bound(handler)),
    registerByteStreamHandler: (topic, handler) =>
      registerByteStreamHandler.call(told, topic, bound(handler)),
  } satisfies Told);
}

/**
 * The context of the job that this code runs for. It works anywhere below the entrypoint, across
 * `await` and timers, and in what `ctx.room` calls: listeners and stream handlers. Other native
 * code, such as that of an RPC method, calls back without it.
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
