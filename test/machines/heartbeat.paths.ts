import type { heartbeatMachine } from '../../src/machines/heartbeat.machine.js';
import { hasDeadlines, tellsWhatItEmits, toldParent } from '../support/invariants.js';
import type { Walk } from '../support/paths.js';

type Machine = typeof heartbeatMachine;

/** Ways through the heartbeat. */
export const paths: readonly Walk<Machine>[] = [
  {
    input: { slot: 1 },
    events: ({ context: { ref } }) => [
      { type: 'rest' },
      { type: 'work' },
      { type: 'ponged', ref },
      { type: 'ponged', ref: ref - 1 },
    ],
    key: ({ context: { silentMs, limitMs } }) => [silentMs, limitMs],
    invariants: [
      hasDeadlines(['still', 'listening.lost']),
      tellsWhatItEmits,
      {
        title: 'is lost exactly after the whole limit of silence',
        holds: (step) => {
          const { silentMs, limitMs } = step.after.context;
          const lost = toldParent(step, 'pulse.lost').length > 0;
          const isTick = step.event.type.includes('after.tick');
          return isTick ? lost === silentMs >= limitMs : !lost;
        },
      },
      {
        title: 'asks with every beat, under a number of its own',
        holds: (step) => {
          const before = step.before?.context.ref ?? 0;
          const due = toldParent(step, 'pulse.due').map(({ ref }) => ref);
          return step.after.context.ref === before + due.length && due.every((n) => n > before);
        },
      },
      {
        title: 'forgets the silence only when it beats again, or the work is over',
        holds: ({ before, after, event }) =>
          event.type === 'rest' ||
          after.context.silentMs >= (before?.context.silentMs ?? 0) ||
          after.context.ref > (before?.context.ref ?? 0),
      },
    ],
  },
];
