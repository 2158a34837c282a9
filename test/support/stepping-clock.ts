import { SimulatedClock } from 'xstate';

/** Virtual time for machines: a `Clock` for xstate, advanced by hand. */
export interface SteppingClock {
  setTimeout(fn: (...args: unknown[]) => void, timeout: number): number;
  clearTimeout(id: number): void;
  now(): number;
  /**
   * Lets time pass timer by timer, so that a timer which another one starts counts from the moment
   * it was started. (`SimulatedClock.increment` jumps to the end first.)
   */
  advance(ms: number): void;
  /** Milliseconds left of each timer, sorted. */
  timers(): number[];
}

const longest = 2 ** 31 - 1;
const mostSteps = 100_000;

/** xstate's simulated clock that stops at every timer and refuses what Node would cut to 1 ms. */
export function steppingClock(): SteppingClock {
  const clock = new SimulatedClock();
  const due = new Map<number, number>();

  return {
    now: () => clock.now(),
    setTimeout: (fn, timeout) => {
      if (!(timeout >= 0 && timeout <= longest)) {
        throw new Error(`A timer of ${timeout} ms: Node would fire it after 1 ms.`);
      }
      const id = clock.setTimeout(() => {
        due.delete(id);
        fn();
      }, timeout);
      due.set(id, clock.now() + timeout);
      return id;
    },
    clearTimeout: (id) => {
      due.delete(id);
      clock.clearTimeout(id);
    },
    advance: (ms) => {
      const end = clock.now() + ms;
      let steps = 0;
      for (let next = earliest(due); next <= end; next = earliest(due)) {
        if (steps++ > mostSteps) throw new Error('The timers never come to rest.');
        clock.set(next);
      }
      clock.set(end);
    },
    timers: () => [...due.values()].map((at) => at - clock.now()).sort((a, b) => a - b),
  };
}

const earliest = (due: ReadonlyMap<number, number>): number =>
  Math.min(Number.POSITIVE_INFINITY, ...due.values());
