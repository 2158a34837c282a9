import { WorkerError } from '../../errors.js';
import { check, limit } from '../checked.js';
import { createTimers } from './timers.js';

/** What is left of a type once it was seen to be truthy. */
export type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>;

/** Waits for what can be read; somebody says when to look. */
export interface Sightings {
  /** Reads again for everybody who waits. */
  look(): void;
  /** Something is broken: whoever waits, now or later, gets this error. */
  fail(error: Error): void;
  /**
   * Resolves with the first truthy value of `read`, which runs now and at every look. The limit is
   * 10 s of real time unless given in milliseconds; `Infinity` is "no limit". What `read` throws is
   * thrown here.
   *
   * @throws WorkerError `ERR_NOT_SEEN` when it was not seen in time, `ERR_INVALID_ARGUMENT` for what
   * is no time.
   */
  waitFor<T>(read: () => T, timeoutMs?: number): Promise<Truthy<T>>;
}

/** A place to wait at. */
export function createSightings(): Sightings {
  const looks = new Set<() => void>();
  let broken: Error | undefined;
  const lookAgain = () => {
    for (const look of [...looks]) look();
  };

  return {
    look: lookAgain,
    fail: (error) => {
      broken ??= error;
      lookAgain();
    },
    waitFor: <T>(read: () => T, timeoutMs = 10_000) =>
      new Promise<Truthy<T>>((resolve, reject) => {
        check('ERR_INVALID_ARGUMENT', 'waitFor', limit, timeoutMs);
        const end = () => {
          cancel();
          looks.delete(look);
        };
        const look = () => {
          try {
            if (broken) throw broken;
            const value = read();
            if (!value) return;
            resolve(value as Truthy<T>);
          } catch (error) {
            reject(error);
          }
          end();
        };
        const cancel = createTimers().after(timeoutMs, () => {
          end();
          reject(new WorkerError('ERR_NOT_SEEN', `Not seen within ${timeoutMs} ms: ${read}`));
        });
        looks.add(look);
        look();
      }),
  };
}
