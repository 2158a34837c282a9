const longestTimerMs = 2 ** 31 - 1;

/** Waits for work, at most `ms`; longer than a timer can count is for ever. Answers whether it ended in time. */
export const within = (ms: number, work: Promise<unknown>): Promise<boolean> =>
  new Promise((done) => {
    const timer = ms <= longestTimerMs ? setTimeout(() => done(false), ms) : undefined;
    const end = () => {
      clearTimeout(timer);
      done(true);
    };
    work.then(end, end);
  });
