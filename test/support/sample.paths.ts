import type { Walk } from './paths.js';
import type { sampleMachine } from './sample.machine.js';

type Machine = typeof sampleMachine;

/** Ways through the sample, and what holds on each. */
export const paths: readonly Walk<Machine, number>[] = [
  {
    input: { limit: 2 },
    events: [
      { type: 'tool.ready' },
      { type: 'tool.spoke' },
      { type: 'job', job: 'a' },
      { type: 'job', job: '' },
      { type: 'close' },
      { type: 'xstate.done.actor.helper.0', output: undefined, actorId: 'helper.0' },
      { type: 'xstate.error.actor.helper.0', error: new Error('torn'), actorId: 'helper.0' },
      { type: 'xstate.error.actor.tool', error: new Error('blunt'), actorId: 'tool' } as never,
    ],
    memory: {
      initial: 0,
      next: (said, { sent }) => said + sent.filter(({ to }) => to === 'parent').length,
    },
    invariants: [
      {
        title: 'begins each job that it counts',
        holds: ({ before, after, sent }) =>
          sent.filter(({ event }) => event.type === 'begin').length ===
          after.context.jobs - (before?.context.jobs ?? 0),
      },
      {
        title: 'says once that it ended, and only then',
        holds: ({ after, memory }) => memory === (after.value === 'closed' ? 1 : 0),
      },
      { title: 'has no more jobs than its limit', holds: ({ after }) => after.context.jobs <= 2 },
    ],
  },
];
