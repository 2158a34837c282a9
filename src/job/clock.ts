/** Where the time of a job comes from: the real one, or that of a test. */
export interface JobClock {
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(id: unknown): void;
}

/** The time of this machine. */
export const realClock: JobClock = {
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (id) => clearTimeout(id as NodeJS.Timeout),
};

/** The longest time that a timer of Node holds; a longer one fires after 1 ms. */
export const longestTimerMs = 2 ** 31 - 1;

/** Calls `callback` once after `ms`, or never if no timer holds that; answers what cancels it. */
export function after(clock: JobClock, ms: number, callback: () => void): () => void {
  if (ms > longestTimerMs) return () => {};
  const id = clock.setTimeout(callback, ms);
  return () => clock.clearTimeout(id);
}
