import { type Failure, WorkerError, type WorkerErrorCode } from '../errors.js';
import type { Acceptance } from '../machines/job-request.types.js';

interface Call<T> {
  /** Undefined when nobody waits for answers any more: the promise has rejected. */
  readonly number: number | undefined;
  readonly promise: Promise<T>;
}

/** The promises that a request handler holds while the machine decides. */
export interface PendingAnswers {
  readonly acceptance: Acceptance;
  /** A new call of `accept` or `reject`; it resolves to `value` once its answer is written. */
  open<T>(value: T): Call<T>;
  /** The first call is answered, or what it promised has come true. */
  confirm(stage: 'answered' | 'assigned' | 'launched'): void;
  refuse(call: number, error: Failure): void;
  /** Whatever is pending, and every later call, rejects with the first error given here. */
  fail(error: Failure): void;
}

/** Keeps the promises of one offer. None of them becomes an unhandled rejection when it is ignored. */
export function pendingAnswers(): PendingAnswers {
  const calls = new Map<number, Pick<Deferred<void>, 'resolve' | 'reject'>>();
  const stages = { assigned: deferred<void>(), launched: deferred<void>() };
  let count = 0;
  let ended: WorkerError | undefined;

  const take = (number: number | undefined) => {
    const call = calls.get(number ?? 0);
    calls.delete(number ?? 0);
    return call;
  };

  return {
    acceptance: { assigned: stages.assigned.promise, launched: stages.launched.promise },
    open<T>(value: T): Call<T> {
      const { promise, resolve, reject } = deferred<T>();
      if (ended) {
        reject(ended);
        return { number: undefined, promise };
      }
      count += 1;
      calls.set(count, { resolve: () => resolve(value), reject });
      return { number: count, promise };
    },
    confirm(stage) {
      if (stage !== 'answered') stages[stage].resolve();
      else take(calls.keys().next().value)?.resolve();
    },
    refuse: (call, error) => take(call)?.reject(toError(error)),
    fail(error) {
      ended ??= toError(error);
      for (const { reject } of [...calls.values(), ...Object.values(stages)]) reject(ended);
      calls.clear();
    },
  };
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: WorkerError) => void;
}

function deferred<T>(): Deferred<T> {
  let settle: Pick<Deferred<T>, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => {});
  return { promise, resolve: (value) => settle?.resolve(value), reject: (e) => settle?.reject(e) };
}

/** Failures come from the machine, whose codes are ours. */
const toError = ({ code, message }: Failure): WorkerError =>
  new WorkerError(code as WorkerErrorCode, message);
