import { assign, setup } from 'xstate';
import type { Context, Emitted, Event, Input } from './heartbeat.types.js';
import { fromEvent, said } from './support.js';

const beatMs = 2_500;
const tickMs = 250;
const slowMs = 500;
const idleLimitMs = 10_000;
const busyLimitMs = 60_000;

/**
 * The heartbeat of one child process: still until the child rests, it is starting, then listening
 * for the answer to each beat and resting until the next. Silence is counted in ticks of this
 * process's own timer, so that a frozen or stalled worker counts one tick at most and blames nobody
 * for it. A child is slow after 0.5 s of silence, and lost after 10 s if it is idle, 60 s if it
 * works; when its work is over, the silence before counts no more.
 */
export const heartbeatMachine = setup({
  types: {
    input: {} as Input,
    context: {} as Context,
    events: {} as Event,
    emitted: {} as Emitted,
  },
  guards: {
    isAnswer: ({ context }, { ref }: { ref: number }) => ref === context.ref,
    isLost: ({ context: { silentMs, limitMs } }) => silentMs + tickMs >= limitMs,
    isSlow: ({ context: { silentMs } }) => silentMs + tickMs === slowMs,
  },
  actions: {
    expectWork: assign({ limitMs: busyLimitMs }),
    expectRest: assign({ limitMs: idleLimitMs, silentMs: 0 }),
    beat: assign(({ context }) => ({ ref: context.ref + 1, silentMs: 0 })),
    countSilence: assign(({ context }) => ({ silentMs: context.silentMs + tickMs })),
    say: said<Context, Event, Emitted>(),
  },
  delays: {
    // The golden ratio spreads any number of slots evenly over one beat.
    firstBeat: ({ context }) => Math.round(beatMs * ((context.slot * 0.618_034) % 1)),
    beatPause: beatMs,
    tick: tickMs,
  },
}).createMachine({
  id: 'heartbeat',
  context: ({ input }) => ({ ...input, ref: 0, silentMs: 0, limitMs: idleLimitMs }),
  options: { maxIterations: 100 },
  initial: 'still',
  on: { work: { actions: 'expectWork' }, rest: { actions: 'expectRest' } },
  states: {
    // Until the child is warm its start has a limit of its own.
    still: { on: { rest: 'starting' } },
    starting: { after: { firstBeat: 'listening' } },
    resting: { after: { beatPause: 'listening' } },
    listening: {
      entry: ['beat', { type: 'say', params: due }],
      initial: 'waiting',
      states: {
        waiting: {
          on: {
            ponged: {
              guard: { type: 'isAnswer', params: fromEvent },
              target: '#heartbeat.resting',
            },
          },
          after: {
            tick: [
              {
                guard: 'isLost',
                target: 'lost',
                actions: ['countSilence', { type: 'say', params: lost }],
              },
              {
                guard: 'isSlow',
                target: 'waiting',
                reenter: true,
                actions: ['countSilence', { type: 'say', params: slow }],
              },
              { target: 'waiting', reenter: true, actions: 'countSilence' },
            ],
          },
        },
        // The process that owns this heartbeat ends the child, and with it this machine.
        lost: {},
      },
    },
  },
});

interface Told {
  readonly context: Context;
}

function due({ context: { ref } }: Told): Emitted {
  return { type: 'pulse.due', ref };
}

function slow({ context: { silentMs } }: Told): Emitted {
  return { type: 'pulse.slow', silentMs };
}

function lost({ context: { silentMs } }: Told): Emitted {
  return { type: 'pulse.lost', silentMs };
}
