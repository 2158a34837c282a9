/**
 * Where the server's time comes from. The default is the real one; xstate's `SimulatedClock` fits
 * too, and then nothing happens until a test moves it.
 */
export interface Clock {
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(id: unknown): void;
  /** The present in milliseconds; without it the records carry the real time. */
  now?(): number;
}

/** Timers of one owner, all of which end with it. */
export interface Timers {
  now(): number;
  /** Runs `callback` once after `ms` and returns what cancels it. `Infinity` schedules nothing. */
  after(ms: number, callback: () => void): () => void;
  cancelAll(): void;
}

const realClock: Clock = {
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (id) => clearTimeout(id as NodeJS.Timeout),
  now: Date.now,
};

/** Remembers what is scheduled on a clock, so that a server that stops leaves no timer behind. */
export function createTimers(clock: Clock = realClock): Timers {
  const pending = new Set<() => void>();
  return {
    now: () => clock.now?.() ?? Date.now(),
    after: (ms, callback) => {
      if (ms === Number.POSITIVE_INFINITY) return () => {};
      const id = clock.setTimeout(() => {
        pending.delete(cancel);
        callback();
      }, ms);
      const cancel = () => {
        pending.delete(cancel);
        clock.clearTimeout(id);
      };
      pending.add(cancel);
      return cancel;
    },
    cancelAll: () => {
      for (const cancel of [...pending]) cancel();
    },
  };
}
