import { WorkerError } from '../../errors.js';
import type { ServerEvents } from './records.js';

/** What is left of a type once it was seen to be truthy. */
type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>;

/** Typed observation of a server. */
export interface Observers {
  emit<Name extends keyof ServerEvents>(name: Name, event: ServerEvents[Name]): void;
  /** Calls a listener at every event of a name; returns what ends that. */
  on<Name extends keyof ServerEvents>(
    name: Name,
    listener: (event: ServerEvents[Name]) => void,
  ): () => void;
  /**
   * Resolves with the first truthy value of `read`, which runs now and after every event of the
   * server. The limit is 10 s of real time unless given in milliseconds.
   *
   * @throws WorkerError `ERR_REQUEST_EXPIRED` when it was not seen in time.
   */
  waitFor<T>(read: () => T, timeoutMs?: number): Promise<Truthy<T>>;
}

/** Listeners run in the order in which they came; a listener that throws breaks its emitter. */
export function createObservers(): Observers {
  const listeners = new Map<keyof ServerEvents, Set<(event: never) => void>>();
  const anyListeners = new Set<() => void>();

  return {
    emit: (name, event) => {
      for (const listener of [...(listeners.get(name) ?? [])]) listener(event as never);
      for (const listener of [...anyListeners]) listener();
    },
    on: (name, listener) => {
      const named = listeners.get(name) ?? new Set();
      listeners.set(name, named.add(listener));
      return () => void named.delete(listener);
    },
    waitFor: <T>(read: () => T, timeoutMs = 10_000) =>
      new Promise<Truthy<T>>((resolve, reject) => {
        const end = () => {
          clearTimeout(timer);
          anyListeners.delete(look);
        };
        const look = () => {
          const value = read();
          if (!value) return;
          end();
          resolve(value as Truthy<T>);
        };
        const timer = setTimeout(() => {
          end();
          reject(
            new WorkerError('ERR_REQUEST_EXPIRED', `Not seen within ${timeoutMs} ms: ${read}`),
          );
        }, timeoutMs);
        anyListeners.add(look);
        look();
      }),
  };
}
