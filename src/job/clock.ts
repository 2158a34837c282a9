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

/** Calls `callback` once after `ms`; answers what cancels that. */
export function after(clock: JobClock, ms: number, callback: () => void): () => void {
  const id = clock.setTimeout(callback, ms);
  return () => clock.clearTimeout(id);
}
