/** Waits for work, at most `ms`. Answers whether it ended in time. */
export const within = (ms: number, work: Promise<unknown>): Promise<boolean> =>
  new Promise((done) => {
    const timer = setTimeout(() => done(false), ms);
    const end = () => {
      clearTimeout(timer);
      done(true);
    };
    work.then(end, end);
  });
