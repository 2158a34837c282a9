import type { Event, Phase, PhaseOf, Step } from './lifecycle.types.js';
import {
  abort,
  close,
  ending,
  exit,
  failToStart,
  free,
  leave,
  perish,
  report,
  soiled,
} from './lifecycle-steps.js';

type EventOf<Type> = Extract<Event, { type: Type }>;
type Table = {
  readonly [Name in Phase['name']]: {
    readonly [Type in Event['type']]?: (phase: PhaseOf<Name>, event: EventOf<Type>) => Step;
  };
};

/**
 * The life of a child process: waiting, it prepares; prepared, it is idle; started, it runs one
 * job; the job closes, is reported, and left; then the process exits, or is idle again if the
 * parent lets it stay and the job left nothing behind. What is not in the table changes nothing, so
 * the first reason for an end counts and an outcome is told once.
 */
const table: Table = {
  waiting: {
    initialize: (_, order) => [
      { name: 'preparing', graceMs: order.graceMs },
      [{ type: 'prepare', order }],
    ],
    shutdown: () => exit(0),
    crashed: (_, { error }) => failToStart(error),
    'channel.closed': () => perish([]),
  },
  preparing: {
    prepared: ({ graceMs }, { timings }) => [
      { name: 'idle', graceMs },
      [{ type: 'tell', message: { type: 'ready', timings } }],
    ],
    'preparation.failed': (_, { error }) => failToStart(error),
    shutdown: () => exit(0),
    crashed: (_, { error }) => failToStart(error),
    'channel.closed': () => perish([]),
  },
  idle: {
    start: ({ graceMs }, order) => [
      { name: 'running', graceMs, entrypoint: 'pending', isClean: true },
      [{ type: 'run', order }],
    ],
    shutdown: () => exit(0),
    crashed: (_, { error }) => failToStart(error),
    'channel.closed': () => perish([]),
  },
  running: {
    'entrypoint.returned': (phase) => [{ ...phase, entrypoint: 'returned' }, []],
    'entrypoint.threw': (phase, { error }) => {
      const reason = 'entrypoint failed';
      return report(phase, { reason, error, first: ending(reason) });
    },
    'end.requested': (phase, { reason }) => close(phase, reason, phase.graceMs, ending(reason)),
    'room.disconnected': (phase) =>
      close(phase, 'room disconnected', phase.graceMs, ending('room disconnected')),
    shutdown: (phase, { reason, graceMs }) =>
      close(soiled(phase), reason, graceMs, [abort(reason)]),
    soiled: (phase) => [soiled(phase), []],
    crashed: (phase, { error }) => {
      const reason = 'job crashed';
      return report(phase, { reason, code: 1, error, first: ending(reason) });
    },
    'channel.closed': () => perish([abort('worker lost')]),
  },
  closing: {
    'entrypoint.returned': (phase) => report(phase, { reason: phase.reason }),
    'entrypoint.threw': (phase, { error, aborted }) =>
      report(phase, { reason: phase.reason, error: aborted ? undefined : error }),
    'grace.passed': (phase) =>
      report(soiled(phase), {
        reason: phase.reason,
        first: [{ type: 'warn', message: 'entrypoint did not settle in time' }],
      }),
    // The parent may be in more of a hurry than the job was: whichever limit passes first counts.
    shutdown: (phase, { graceMs }) =>
      graceMs === 0
        ? report(soiled(phase), { reason: phase.reason })
        : [soiled(phase), [{ type: 'armGrace', ms: graceMs }]],
    soiled: (phase) => [soiled(phase), []],
    crashed: (phase, { error }) => report(phase, { reason: phase.reason, code: 1, error }),
    'channel.closed': () => perish([]),
  },
  reported: {
    leave: (phase, { stay = false }) => leave(phase, stay),
    'leaveTimeout.passed': (phase) => leave(phase, false),
    shutdown: (phase) => [soiled(phase), []],
    soiled: (phase) => [soiled(phase), []],
    crashed: (phase) => [{ ...soiled(phase), code: 1 }, []],
    'channel.closed': () => perish([]),
  },
  leaving: {
    cleaned: (phase, { isClean }) => (phase.stays && isClean ? free(phase) : exit(phase.code)),
    shutdown: (phase) => [{ ...phase, stays: false }, []],
    soiled: (phase) => [{ ...phase, stays: false }, []],
    crashed: (phase) => [{ ...phase, code: 1, stays: false }, []],
    'channel.closed': () => perish([]),
  },
  exiting: { 'channel.closed': () => perish([]) },
  orphaned: {},
};

/** What comes of an event in a phase. Pure: it tells what to do and does nothing. */
export const transition = (phase: Phase, event: Event): Step => {
  const on = table[phase.name] as Record<
    string,
    ((phase: Phase, event: Event) => Step) | undefined
  >;
  return on[event.type]?.(phase, event) ?? [phase, []];
};
