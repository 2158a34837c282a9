import { assign, not, setup } from 'xstate';
import type { Context, Emitted, Event, Input } from './memory.types.js';
import { said } from './support.js';

/** How much more is worth another word. */
const growth = 1.1;

/** Asked first, whatever else a sample says. */
const overLimit = {
  guard: 'isOverLimit',
  target: 'exceeded',
  actions: { type: 'say', params: exceeded },
} as const;

/**
 * The judge of how much memory one child process uses. The process is light until a sample is above
 * the warning mark; then it is heavy, which is told at once and again after each tenth more, until a
 * sample is not above the mark; and when a sample is above the limit it has exceeded it for good.
 */
export const memoryMachine = setup({
  types: {
    input: {} as Input,
    context: {} as Context,
    events: {} as Event,
    emitted: {} as Emitted,
  },
  guards: {
    isOverLimit: ({ context, event }) => event.megabytes > context.limitMb,
    isOverMark: ({ context, event }) => event.megabytes > context.warnMb,
    hasGrown: ({ context, event }) => event.megabytes >= context.toldMb * growth,
  },
  actions: {
    holdTold: assign(({ event }) => ({ toldMb: event.megabytes })),
    say: said<Context, Event, Emitted>(),
  },
}).createMachine({
  id: 'memory',
  context: ({ input }) => ({ ...input, toldMb: 0 }),
  options: { maxIterations: 100 },
  initial: 'light',
  states: {
    // Until it grows; the process that owns this machine takes it along when it ends.
    light: {
      on: {
        sampled: [
          overLimit,
          {
            guard: 'isOverMark',
            target: 'heavy',
            actions: ['holdTold', { type: 'say', params: heavy }],
          },
        ],
      },
    },
    // Until it shrinks or grows too much, or its process ends.
    heavy: {
      on: {
        sampled: [
          overLimit,
          { guard: not('isOverMark'), target: 'light' },
          { guard: 'hasGrown', actions: ['holdTold', { type: 'say', params: heavy }] },
        ],
      },
    },
    // The process that owns this machine ends the child, and with it this machine.
    exceeded: {},
  },
});

interface Told {
  readonly event: Event;
}

function heavy({ event: { megabytes } }: Told): Emitted {
  return { type: 'memory.heavy', megabytes };
}

function exceeded({ event: { megabytes } }: Told): Emitted {
  return { type: 'memory.exceeded', megabytes };
}
