import type { memoryMachine } from '../../src/machines/memory.machine.js';
import { isIn, tellsWhatItEmits, toldParent } from '../support/invariants.js';
import type { Walk } from '../support/paths.js';

type Machine = typeof memoryMachine;

const samples = [0, 900, 1_000, 1_050, 1_200, 1_900, 2_000, 2_100];

/** Ways through the judgement of a process's memory. */
export const paths: readonly Walk<Machine>[] = [
  {
    input: { warnMb: 1_000, limitMb: 2_000 },
    events: samples.map((megabytes) => ({ type: 'sampled', megabytes })),
    invariants: [
      tellsWhatItEmits,
      {
        title: 'tells that the limit is exceeded exactly once, and then nothing',
        holds: (step) => {
          const over = toldParent(step, 'memory.exceeded').length === 1;
          const before = step.before !== undefined && isIn(step.before.value, 'exceeded');
          return before ? step.emitted.length === 0 : over === isIn(step.after.value, 'exceeded');
        },
      },
      {
        title: 'is heavy exactly above the mark, as far as the limit is kept',
        holds: ({ after, event }) =>
          event.type !== 'sampled' ||
          isIn(after.value, 'exceeded') ||
          isIn(after.value, 'heavy') === event.megabytes > 1_000,
      },
      {
        title: 'tells of no growth below a tenth while it is heavy',
        holds: (step) =>
          !step.before ||
          !isIn(step.before.value, 'heavy') ||
          toldParent(step, 'memory.heavy').every(
            ({ megabytes }) => megabytes >= (step.before?.context.toldMb ?? 0) * 1.1,
          ),
      },
    ],
  },
];
