/** What a child may say. */
export interface Pace {
  /** A line of its log, of this time: is it to be written, left out, or is the child out of control? */
  line(time: number): 'write' | 'leave out' | 'flood';
  /** Any other message: may it be read? */
  message(): boolean;
  /** How many lines were left out since this was asked last. */
  leftOut(): number;
}

const secondMs = 1_000;
/** Lines of one second that are written. */
const writtenLines = 1_000;
/** Lines of one second that end a child. */
const mostLines = 5_000;
/** All other messages of one second: a runner sends a few in its life, and one for each beat. */
const mostMessages = 500;

/**
 * Counts what a child says. Lines count in the second in which the child wrote them: after this
 * process stood still they come all at once, and nobody is to blame for it. That time only runs
 * forward, and not ahead of this process, so that a child cannot gain by it. A clock of this
 * machine that is set back begins a new second, or all that follows would count in the old one.
 */
export function paceOf(now: () => number = Date.now): Pace {
  let latest = now();
  const lines = { second: secondOf(latest), count: 0 };
  const messages = { second: secondOf(latest), count: 0 };
  let left = 0;
  const clock = (): number => {
    const time = now();
    if (time < latest)
      for (const counter of [lines, messages])
        Object.assign(counter, { second: secondOf(time), count: 0 });
    latest = time;
    return time;
  };

  return {
    line: (time) => {
      const limit = clock();
      const count = counted(lines, Math.min(time, limit));
      if (count <= writtenLines) return 'write';
      left += 1;
      return count > mostLines ? 'flood' : 'leave out';
    },
    message: () => counted(messages, clock()) <= mostMessages,
    leftOut: () => {
      const count = left;
      left = 0;
      return count;
    },
  };
}

const secondOf = (time: number): number => Math.floor(time / secondMs);

function counted(counter: { second: number; count: number }, time: number): number {
  const second = secondOf(time);
  if (second > counter.second) Object.assign(counter, { second, count: 0 });
  counter.count += 1;
  return counter.count;
}
