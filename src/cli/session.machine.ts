import { assign, type EventObject, emit, sendTo, setup } from 'xstate';
import { fromEvent, port } from '../machines/support.js';
import type { Command, Context, Emitted, Event, Fault, Output, Signal } from './session.types.js';

/** Who breaks on the way out breaks no more. */
const leaving = {
  target: '#session.ended',
  actions: [
    { type: 'recordFault', params: fromEvent },
    { type: 'announceLeave', params: fromEvent },
  ],
} as const;

/**
 * The life of a command that runs a worker: it is running until the first signal, draining until
 * the second, halting for three seconds at most, and ended. It ends at any time with the worker;
 * whatever the worker does, a second signal ends it. The echo of the first one is no second. An
 * exception that nobody caught makes it breaking: five seconds in all, in which jobs are shut down
 * and then killed; another one ends it at once. A rejection that nobody handled is told, no more.
 */
export const sessionMachine = setup({
  types: {
    context: {} as Context,
    events: {} as Event,
    emitted: {} as Emitted,
    output: {} as Output,
    children: {} as { signals: 'osSignals'; faults: 'processFaults'; worker: 'worker' },
  },
  actors: {
    osSignals: port<EventObject, unknown>('osSignals'),
    processFaults: port<EventObject, unknown>('processFaults'),
    worker: port<Command, undefined>('worker'),
  },
  guards: {
    isEcho: ({ context }, { signal }: { signal: Signal }) => signal === context.askedBy,
  },
  actions: {
    recordAsking: assign((_, { signal }: Extract<Event, { type: 'signal.received' }>) => ({
      askedBy: signal,
    })),
    recordForce: assign((_, { signal }: Extract<Event, { type: 'signal.received' }>) => ({
      forcedBy: signal,
    })),
    recordFault: assign((_, { fault }: { fault: Fault }) => ({ brokenBy: fault })),
    recordEnd: assign((_, { end }: Extract<Event, { type: 'worker.ended' }>) => ({ end })),
    recordCrash: assign((_, { error }: { error: unknown }) => ({
      end: {
        outcome: 'failed' as const,
        jobsCut: 0,
        failure: {
          code: 'ERR_INTERNAL',
          message: String((error instanceof Error && error.stack) || error),
        },
      },
    })),
    askToDrain: sendTo('worker', { type: 'drain' } satisfies Command),
    askToStop: sendTo('worker', { type: 'stop' } satisfies Command),
    askToHalt: sendTo('worker', { type: 'halt' } satisfies Command),
    announceDrain: emit((_, { signal }: Extract<Event, { type: 'signal.received' }>) => ({
      type: 'session.draining' as const,
      signal,
    })),
    announceHalt: emit((_, { signal }: Extract<Event, { type: 'signal.received' }>) => ({
      type: 'session.halting' as const,
      signal,
    })),
    announceBreak: emit((_, { fault }: { fault: Fault }) => ({
      type: 'session.breaking' as const,
      fault,
    })),
    announceLeave: emit((_, { fault }: { fault: Fault }) => ({
      type: 'session.leaving' as const,
      fault,
    })),
    announceRejection: emit((_, { fault }: { fault: Fault }) => ({
      type: 'session.rejection' as const,
      fault,
    })),
  },
  delays: { echoTime: 100, haltTimeout: 3_000, stopTimeout: 3_500, killTimeout: 1_500 },
}).createMachine({
  id: 'session',
  context: { askedBy: undefined, forcedBy: undefined, brokenBy: undefined, end: undefined },
  output: ({ context: { forcedBy, brokenBy, end } }) => ({ forcedBy, brokenBy, end }),
  initial: 'alive',
  states: {
    alive: {
      invoke: [
        { id: 'signals', src: 'osSignals' },
        { id: 'faults', src: 'processFaults' },
        {
          id: 'worker',
          src: 'worker',
          onError: { target: 'ended', actions: { type: 'recordCrash', params: fromEvent } },
        },
      ],
      on: {
        'worker.ended': { target: 'ended', actions: { type: 'recordEnd', params: fromEvent } },
        'worker.crashed': { target: 'ended', actions: { type: 'recordCrash', params: fromEvent } },
        'rejection.unhandled': { actions: { type: 'announceRejection', params: fromEvent } },
        'exception.uncaught': {
          target: '.breaking',
          actions: [
            { type: 'recordFault', params: fromEvent },
            { type: 'announceBreak', params: fromEvent },
          ],
        },
      },
      initial: 'running',
      states: {
        // A worker runs as long as it is wanted; a signal or its own end ends this state.
        running: {
          on: {
            'signal.received': {
              target: 'draining',
              actions: [
                { type: 'recordAsking', params: fromEvent },
                { type: 'announceDrain', params: fromEvent },
              ],
            },
          },
        },
        // The worker has its own limit for the drain.
        draining: {
          entry: 'askToDrain',
          on: {
            'signal.received': {
              target: 'halting',
              actions: [
                { type: 'recordForce', params: fromEvent },
                { type: 'announceHalt', params: fromEvent },
              ],
            },
          },
          initial: 'echoing',
          states: {
            // Ctrl-C reaches a whole group, and programs such as tsx pass it on to their child as well.
            echoing: {
              on: { 'signal.received': { guard: { type: 'isEcho', params: fromEvent } } },
              after: { echoTime: 'listening' },
            },
            listening: {},
          },
        },
        halting: {
          entry: 'askToHalt',
          on: { 'signal.received': {}, 'exception.uncaught': leaving },
          after: { haltTimeout: '#session.ended' },
        },
        breaking: {
          on: { 'signal.received': {}, 'exception.uncaught': leaving },
          initial: 'stopping',
          states: {
            stopping: { entry: 'askToStop', after: { stopTimeout: 'killing' } },
            killing: { entry: 'askToHalt', after: { killTimeout: '#session.ended' } },
          },
        },
      },
    },
    ended: { type: 'final' },
  },
});
