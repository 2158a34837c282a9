import { assign, type EventObject, emit, sendTo, setup } from 'xstate';
import { fromEvent, port } from '../machines/support.js';
import type { Command, Context, Emitted, Event, Output, Signal } from './session.types.js';

/**
 * The life of a command that runs a worker: it is running until the first signal, draining until
 * the second, halting for three seconds at most, and ended. It ends at any time with the worker;
 * whatever the worker does, a second signal ends it. The echo of the first one is no second.
 */
export const sessionMachine = setup({
  types: {
    context: {} as Context,
    events: {} as Event,
    emitted: {} as Emitted,
    output: {} as Output,
    children: {} as { signals: 'osSignals'; worker: 'worker' },
  },
  actors: {
    osSignals: port<EventObject, unknown>('osSignals'),
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
    askToHalt: sendTo('worker', { type: 'halt' } satisfies Command),
    announceDrain: emit((_, { signal }: Extract<Event, { type: 'signal.received' }>) => ({
      type: 'session.draining' as const,
      signal,
    })),
    announceHalt: emit((_, { signal }: Extract<Event, { type: 'signal.received' }>) => ({
      type: 'session.halting' as const,
      signal,
    })),
  },
  delays: { echoTime: 100, haltTimeout: 3_000 },
}).createMachine({
  id: 'session',
  context: { askedBy: undefined, forcedBy: undefined, end: undefined },
  output: ({ context: { forcedBy, end } }) => ({ forcedBy, end }),
  initial: 'alive',
  states: {
    alive: {
      invoke: [
        { id: 'signals', src: 'osSignals' },
        {
          id: 'worker',
          src: 'worker',
          onError: { target: 'ended', actions: { type: 'recordCrash', params: fromEvent } },
        },
      ],
      on: {
        'worker.ended': { target: 'ended', actions: { type: 'recordEnd', params: fromEvent } },
        'worker.crashed': { target: 'ended', actions: { type: 'recordCrash', params: fromEvent } },
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
          on: { 'signal.received': {} },
          after: { haltTimeout: '#session.ended' },
        },
      },
    },
    ended: { type: 'final' },
  },
});
