import { after, type JobClock, realClock } from './clock.js';

/** Waits for work, at most `ms`. Answers whether it ended in time. */
export const within = (
  ms: number,
  work: Promise<unknown>,
  clock: JobClock = realClock,
): Promise<boolean> =>
  new Promise((done) => {
    const cancel = after(clock, ms, () => done(false));
    const end = () => {
      cancel();
      done(true);
    };
    work.then(end, end);
  });
