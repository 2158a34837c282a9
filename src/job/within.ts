import { after, type JobClock, realClock } from './clock.js';

/** Waits for work, at most `ms`; longer than a timer can count is for ever. Answers whether it ended in time. */
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
