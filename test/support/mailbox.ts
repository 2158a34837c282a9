/** Holds what arrives until somebody asks for it, and who asks until something arrives. */
export interface Mailbox<T> {
  put(item: T): void;
  take(): Promise<T>;
}

/** A mailbox whose `take` rejects after `ms`. */
export function mailbox<T>(ms = 5_000): Mailbox<T> {
  const items: T[] = [];
  const waiting: ((item: T) => void)[] = [];
  return {
    put: (item) => {
      const taker = waiting.shift();
      if (taker) taker(item);
      else items.push(item);
    },
    take: () =>
      new Promise((resolve, reject) => {
        if (items.length > 0) return resolve(items.shift() as T);
        const timer = setTimeout(() => reject(new Error(`Nothing came within ${ms} ms`)), ms);
        waiting.push((item) => {
          clearTimeout(timer);
          resolve(item);
        });
      }),
  };
}
