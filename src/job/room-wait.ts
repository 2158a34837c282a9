import type { Room } from '@livekit/rtc-node';
import { WorkerError } from '../errors.js';
import { after, type JobClock, longestTimerMs, realClock } from './clock.js';

/** How long to wait. */
export interface WaitOptions {
  /**
   * Milliseconds, after which the wait rejects with a `TimeoutError`: up to 2^31 - 1, or `Infinity`
   * for no limit, which is the default.
   */
  readonly timeout?: number;
  /** Ends the wait early; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Where to look, and after what to look again. */
export interface Lookout<Found> {
  readonly room: Room;
  /** Aborts when the job ends. */
  readonly jobSignal: AbortSignal;
  readonly clock?: JobClock;
  readonly events: readonly string[];
  readonly look: () => Found | undefined;
}

/** The part of a room that any event can be awaited with. */
interface Events {
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
}

/** Waits until there is what is looked for, or until the room, the job or one of the limits ends. */
export async function waitInRoom<Found>(
  { room, jobSignal, clock = realClock, events, look }: Lookout<Found>,
  { timeout = Number.POSITIVE_INFINITY, signal }: WaitOptions,
): Promise<Found> {
  const ms = timeout === Number.POSITIVE_INFINITY ? timeout : checkedTimeout(timeout);
  const limits = AbortSignal.any([jobSignal, ...(signal ? [signal] : [])]);
  if (!room.isConnected) throw notConnected();
  const there = look();
  if (there !== undefined) return there;
  limits.throwIfAborted();

  const emitter = room as unknown as Events;
  return new Promise((found, fail) => {
    const settle = (end: () => void) => {
      cancel();
      for (const event of events) emitter.off(event, lookAgain);
      emitter.off('disconnected', onLeft);
      limits.removeEventListener('abort', onLimit);
      end();
    };
    const lookAgain = () => {
      const seen = look();
      if (seen !== undefined) settle(() => found(seen));
    };
    const onLeft = () => settle(() => fail(notConnected()));
    const onLimit = () => settle(() => fail(limits.reason));
    const onTimeout = () => settle(() => fail(timedOut()));
    const cancel = after(clock, ms, onTimeout);
    for (const event of events) emitter.on(event, lookAgain);
    emitter.on('disconnected', onLeft);
    limits.addEventListener('abort', onLimit);
  });
}

const timedOut = () => new DOMException('The operation was aborted due to timeout', 'TimeoutError');

const notConnected = () =>
  new WorkerError('ERR_NOT_CONNECTED', 'The room is not connected. Call ctx.connect() first.');

/** Node takes a longer time for 1 ms. */
function checkedTimeout(timeout: unknown): number {
  if (typeof timeout === 'number' && timeout >= 0 && timeout <= longestTimerMs) {
    return Math.ceil(timeout);
  }
  throw new WorkerError(
    'ERR_INVALID_ARGUMENT',
    `timeout: expected milliseconds from 0 to ${longestTimerMs}, or Infinity for no limit, got ${String(timeout)}.`,
  );
}
