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
  phase: PhaseOf<'running'>,
  reason: string,
  graceMs: number,
  first: readonly Effect[],
): Step => {
  if (phase.entrypoint === 'returned') return report(phase, { reason, first });
  if (graceMs === 0) return report(soiled(phase), { reason, first });
  const { isClean } = phase;
  return [
    { name: 'closing', graceMs: phase.graceMs, reason, isClean },
    [...first, { type: 'armGrace', ms: graceMs }],
  ];
};

/** What the phase of a job becomes, after which there must be no other job. */
export const soiled = <P extends { readonly isClean: boolean }>(phase: P): P => ({
  ...phase,
  isClean: false,
});

interface Verdict {
  readonly reason: string;
  readonly code?: ExitCode;
  readonly error?: Failure | undefined;
  readonly first?: readonly Effect[];
}

/** Tells the outcome, and waits for the word that it is at the server. */
export const report = (
  { graceMs, isClean }: PhaseOf<'running' | 'closing'>,
  { reason, code = 0, error, first = [] }: Verdict,
): Step => [
  { name: 'reported', graceMs, reason, code, isClean: isClean && error === undefined },
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

/** Leaves the room and runs the callbacks; then stays, if it may. */
export const leave = (
  { graceMs, reason, code, isClean }: PhaseOf<'reported'>,
  mayStay: boolean,
): Step => {
  const stays = mayStay && isClean;
  return [{ name: 'leaving', graceMs, code, stays }, [{ type: 'cleanUp', reason, stays }]];
};

/** The process is as it was before the job. */
export const free = ({ graceMs }: PhaseOf<'leaving'>): Step => [
  { name: 'idle', graceMs },
  [{ type: 'disarm' }, { type: 'forget' }, { type: 'tell', message: { type: 'freed' } }],
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
