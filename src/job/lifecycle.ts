import type { Event, Phase, PhaseOf, Step } from './lifecycle.types.js';
import {
  abort,
  close,
  ending,
  exit,
  failToStart,
  leave,
  perish,
  report,
} from './lifecycle-steps.js';

type EventOf<Type> = Extract<Event, { type: Type }>;
type Table = {
  readonly [Name in Phase['name']]: {
    readonly [Type in Event['type']]?: (phase: PhaseOf<Name>, event: EventOf<Type>) => Step;
  };
};

/**
 * The life of a child process: waiting, it prepares; prepared, it is idle; started, it runs one
 * job; the job closes, is reported, and left; then the process exits. What is not in the table
 * changes nothing, so the first reason for an end counts and an outcome is told once.
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
      { name: 'running', graceMs, entrypoint: 'pending' },
      [{ type: 'run', order }],
    ],
    shutdown: () => exit(0),
    crashed: (_, { error }) => failToStart(error),
    'channel.closed': () => perish([]),
  },
  running: {
    'entrypoint.returned': (phase) => [{ ...phase, entrypoint: 'returned' }, []],
    'entrypoint.threw': (_, { error }) =>
      report('entrypoint failed', 0, error, ending('entrypoint failed')),
    'end.requested': (phase, { reason }) => close(phase, reason, phase.graceMs, ending(reason)),
    'room.disconnected': (phase) =>
      close(phase, 'room disconnected', phase.graceMs, ending('room disconnected')),
    shutdown: (phase, { reason, graceMs }) => close(phase, reason, graceMs, [abort(reason)]),
    crashed: (_, { error }) => report('job crashed', 1, error, ending('job crashed')),
    'channel.closed': () => perish([abort('worker lost')]),
  },
  closing: {
    'entrypoint.returned': ({ reason }) => report(reason, 0),
    'entrypoint.threw': ({ reason }, { error, aborted }) =>
      report(reason, 0, aborted ? undefined : error),
    'grace.passed': ({ reason }) =>
      report(reason, 0, undefined, [
        { type: 'warn', message: 'entrypoint did not settle in time' },
      ]),
    // The parent may be in more of a hurry than the job was: whichever limit passes first counts.
    shutdown: (phase, { graceMs }) =>
      graceMs === 0 ? report(phase.reason, 0) : [phase, [{ type: 'armGrace', ms: graceMs }]],
    crashed: ({ reason }, { error }) => report(reason, 1, error),
    'channel.closed': () => perish([]),
  },
  reported: {
    leave: (phase) => leave(phase),
    'leaveTimeout.passed': (phase) => leave(phase),
    crashed: (phase) => [{ ...phase, code: 1 }, []],
    'channel.closed': () => perish([]),
  },
  leaving: {
    cleaned: ({ code }) => exit(code),
    crashed: (phase) => [{ ...phase, code: 1 }, []],
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
