import type { Failure } from '../errors.js';
import type { Effect, ExitCode, PhaseOf, Step } from './lifecycle.types.js';

/** Aborts the job's signal, with the reason. */
export const abort = (reason: string): Effect => ({ type: 'abort', reason });

/** A job that ends by itself says so, for the parent did not ask for it. */
export const ending = (reason: string): readonly Effect[] => [
  abort(reason),
  { type: 'tell', message: { type: 'closing', reason } },
];

/** Gives the entrypoint time to settle, unless it has, or gets none. */
export const close = (
  { entrypoint }: PhaseOf<'running'>,
  reason: string,
  graceMs: number,
  first: readonly Effect[],
): Step =>
  entrypoint === 'returned' || graceMs === 0
    ? report(reason, 0, undefined, first)
    : [{ name: 'closing', reason }, [...first, { type: 'armGrace', ms: graceMs }]];

/** Tells the outcome, and waits for the word that it is at the server. */
export const report = (
  reason: string,
  code: ExitCode,
  error?: Failure,
  first: readonly Effect[] = [],
): Step => [
  { name: 'reported', reason, code },
  [
    ...first,
    {
      type: 'tell',
      message: {
        type: 'finished',
        end: error === undefined ? { outcome: 'success' } : { outcome: 'failed', error },
      },
    },
    { type: 'armLeaveTimeout' },
  ],
];

/** Leaves the room and runs the callbacks. */
export const leave = ({ reason, code }: PhaseOf<'reported'>): Step => [
  { name: 'leaving', code },
  [{ type: 'cleanUp', reason }],
];

/** Exits once all that was told is written. */
export const exit = (code: ExitCode): Step => [{ name: 'exiting' }, [{ type: 'exit', code }]];

/** Tells why there will be no job here, and exits. */
export const failToStart = (error: Failure): Step => [
  { name: 'exiting' },
  [
    { type: 'tell', message: { type: 'failed', error } },
    { type: 'exit', code: 1 },
  ],
];

/** Ends without a parent. */
export const perish = (first: readonly Effect[]): Step => [
  { name: 'orphaned' },
  [...first, { type: 'perish', reason: 'worker lost' }],
];
