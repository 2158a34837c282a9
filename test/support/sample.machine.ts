import {
  and,
  assign,
  cancel,
  type DoneActorEvent,
  type ErrorActorEvent,
  not,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from 'xstate';
import { armed, fromEvent, port, said } from '../../src/machines/support.js';

export type Command = { readonly type: 'begin'; readonly job: string } | { readonly type: 'stop' };
export type Fact = { readonly type: 'tool.ready' } | { readonly type: 'tool.spoke' };
export type Emitted = { readonly type: 'bench.ended'; readonly jobs: number };
interface Context {
  readonly jobs: number;
  readonly limit: number;
}
export type Event =
  | Fact
  | { readonly type: 'job'; readonly job: string }
  | { readonly type: 'close' }
  | { readonly type: 'silence.passed' }
  | DoneActorEvent<void, 'helper.0'>
  | ErrorActorEvent<unknown, 'helper.0'>;

/**
 * A bench for the test tools: it opens, works and closes. It uses what our machines use: ports,
 * spawned children, enqueued actions, raised and delayed events, eventless transitions and regions.
 */
export const sampleMachine = setup({
  types: {
    input: {} as { readonly limit: number },
    context: {} as Context,
    events: {} as Event,
    emitted: {} as Emitted,
    output: {} as number,
    tags: {} as 'open',
    children: {} as { tool: 'tool'; 'helper.0': 'helper' },
  },
  actors: { tool: port<Command, { readonly limit: number }>('tool'), helper: port('helper') },
  guards: {
    isFull: ({ context }) => context.jobs >= context.limit,
    isNamed: ({ event }) => event.type === 'job' && event.job !== '',
  },
  actions: {
    count: assign({ jobs: ({ context }) => context.jobs + 1 }),
    begin: sendTo('tool', (_, { job }: { job: string }): Command => ({ type: 'begin', job })),
    getHelp: spawnChild('helper', { id: 'helper.0' }),
    dismiss: stopChild('helper.0'),
    say: said<Context, Event, Emitted>(),
    askToStop: sendTo('tool', { type: 'stop' } satisfies Command),
    armSilence: armed<Context, Event>('silence.passed', () => 300),
    disarmSilence: cancel('silence.passed'),
  },
  delays: { openTimeout: 1_000, closeTimeout: ({ context }) => context.limit * 100 },
}).createMachine({
  id: 'sample',
  context: ({ input }) => ({ jobs: 0, limit: input.limit }),
  output: ({ context }) => context.jobs,
  options: { maxIterations: 100 },
  initial: 'alive',
  states: {
    alive: {
      invoke: {
        id: 'tool',
        src: 'tool',
        input: ({ context: { limit } }) => ({ limit }),
        onError: 'broken',
      },
      on: { close: '.closing' },
      initial: 'opening',
      states: {
        opening: {
          on: { 'tool.ready': 'open' },
          after: { openTimeout: '#sample.broken' },
        },
        // Open until somebody closes it.
        open: {
          tags: 'open',
          type: 'parallel',
          entry: 'getHelp',
          exit: 'dismiss',
          on: {
            'xstate.done.actor.helper.0': { actions: ['dismiss', 'getHelp'] },
            'xstate.error.actor.helper.0': '#sample.broken',
          },
          states: {
            work: {
              initial: 'free',
              states: {
                free: {
                  always: { guard: 'isFull', target: 'full' },
                  on: {
                    job: {
                      guard: and(['isNamed', not('isFull')]),
                      actions: ['count', { type: 'begin', params: fromEvent }],
                    },
                  },
                },
                full: {},
              },
            },
            watch: {
              initial: 'quiet',
              states: {
                quiet: { on: { 'tool.spoke': 'loud' } },
                loud: {
                  entry: 'armSilence',
                  exit: 'disarmSilence',
                  on: {
                    'silence.passed': 'quiet',
                    'tool.spoke': { target: 'loud', reenter: true },
                  },
                },
              },
            },
          },
        },
        closing: {
          entry: 'askToStop',
          on: { close: {} },
          after: { closeTimeout: '#sample.closed' },
        },
      },
    },
    closed: { type: 'final', entry: { type: 'say', params: ended } },
    broken: { type: 'final' },
  },
});

function ended({ context }: { context: Context }): Emitted {
  return { type: 'bench.ended', jobs: context.jobs };
}
