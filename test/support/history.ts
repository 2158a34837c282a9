/** What happened so far, in order, and a way to wait for something to happen. */
export interface History<T> {
  readonly items: readonly T[];
  add(item: T): void;
  /** Resolves with the first item that matches, also one from the past; rejects after `ms`. */
  waitFor(matches: (item: T) => boolean, ms: number): Promise<T>;
}

/** Starts an empty history; `describe` puts what happened instead into the error of a vain wait. */
export function startHistory<T>(describe: (items: readonly T[]) => string): History<T> {
  const items: T[] = [];
  const waiting = new Set<(item: T) => void>();

  const add = (item: T): void => {
    items.push(item);
    for (const hear of waiting) hear(item);
  };

  const waitFor = (matches: (item: T) => boolean, ms: number): Promise<T> =>
    new Promise((resolve, reject) => {
      const past = items.find(matches);
      if (past !== undefined) return resolve(past);
      const timer = setTimeout(() => {
        waiting.delete(hear);
        reject(
          new Error(`Waited ${ms} ms in vain. What happened: ${describe(items) || 'nothing'}`),
        );
      }, ms);
      const hear = (item: T): void => {
        if (!matches(item)) return;
        clearTimeout(timer);
        waiting.delete(hear);
        resolve(item);
      };
      waiting.add(hear);
    });

  return { items, add, waitFor };
}
