import { setImmediate } from 'node:timers/promises';
import { check, milliseconds } from './checked.js';

/**
 * Time that passes only when you say so. It is a `clock` for {@link runJob}, for
 * {@link createTestServer}, and for any actor of xstate.
 */
export interface VirtualClock {
  setTimeout(callback: () => void, ms: number): number;
  clearTimeout(id: unknown): void;
  /** Milliseconds since the clock was made. */
  now(): number;
  /**
   * Lets time pass from timer to timer, so that one which another starts counts from then, and lets
   * promises settle before, between and after. What comes through a socket takes real time: wait
   * for it with `waitFor`.
   *
   * @throws WorkerError `ERR_INVALID_ARGUMENT` for what is no time; what a timer throws is thrown here.
   */
  advance(ms: number): Promise<void>;
}

interface Timer {
  readonly id: number;
  readonly at: number;
  readonly callback: () => void;
}

/**
 * Makes a clock that stands still.
 *
 * @example
 * const clock = createVirtualClock();
 * const job = runJob(agent, { clock });
 * await clock.advance(60_000);
 */
export function createVirtualClock(): VirtualClock {
  const timers = new Map<number, Timer>();
  let now = 0;
  let ids = 0;
  let advancing: Promise<unknown> = Promise.resolve();

  const advance = async (ms: number) => {
    const end = now + ms;
    await settle();
    for (let next = earliest(timers, end); next; next = earliest(timers, end)) {
      timers.delete(next.id);
      now = next.at;
      next.callback();
      await settle();
    }
    now = end;
  };
  return {
    now: () => now,
    setTimeout: (callback, ms) => {
      check('ERR_INVALID_ARGUMENT', 'setTimeout', milliseconds, ms);
      ids += 1;
      timers.set(ids, { id: ids, at: now + ms, callback });
      return ids;
    },
    clearTimeout: (id) => void timers.delete(id as number),
    advance: async (ms) => {
      check('ERR_INVALID_ARGUMENT', 'advance', milliseconds, ms);
      const before = advancing;
      const mine = before.then(() => advance(ms));
      advancing = mine.catch(() => {});
      await mine;
    },
  };
}

/** Two turns of the event loop: what a turn starts, the next one settles. */
async function settle(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

/** The next timer that is due by `end`; of those at the same time the one that was set first. */
function earliest(timers: ReadonlyMap<number, Timer>, end: number): Timer | undefined {
  let found: Timer | undefined;
  for (const timer of timers.values()) {
    if (timer.at <= end && (found === undefined || timer.at < found.at)) found = timer;
  }
  return found;
}
