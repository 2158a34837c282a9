import type { ServerEvents } from './records.js';
import { createSightings, type Truthy } from './sightings.js';

/** Typed observation of a server. */
export interface Observers {
  /** Whoever waits, now or later, gets this error. */
  fail(error: Error): void;
  emit<Name extends keyof ServerEvents>(name: Name, event: ServerEvents[Name]): void;
  /** Calls a listener at every event of a name; returns what ends that. */
  on<Name extends keyof ServerEvents>(
    name: Name,
    listener: (event: ServerEvents[Name]) => void,
  ): () => void;
  /**
   * Resolves with the first truthy value of `read`, which runs now and after every event of the
   * server. The limit is 10 s of real time unless given in milliseconds. What `read` throws is
   * thrown here.
   *
   * @throws WorkerError `ERR_NOT_SEEN` when it was not seen in time; `ERR_INVALID_ARGUMENT` once the
   * `when` of a script threw.
   */
  waitFor<T>(read: () => T, timeoutMs?: number): Promise<Truthy<T>>;
}

/** Listeners run in the order in which they came; a listener that throws breaks its emitter. */
export function createObservers(): Observers {
  const listeners = new Map<keyof ServerEvents, Set<(event: never) => void>>();
  const sightings = createSightings();

  return {
    emit: (name, event) => {
      for (const listener of [...(listeners.get(name) ?? [])]) listener(event as never);
      sightings.look();
    },
    on: (name, listener) => {
      const named = listeners.get(name) ?? new Set();
      listeners.set(name, named.add(listener));
      return () => void named.delete(listener);
    },
    fail: sightings.fail,
    waitFor: sightings.waitFor,
  };
}
