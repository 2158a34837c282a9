import { expect } from 'vitest';
import type { memoryMachine } from '../../src/machines/memory.machine.js';
import type { Input } from '../../src/machines/memory.types.js';
import type { Behaviour } from '../support/behaviour.js';
import { run, taken } from '../support/run-machine.js';

type Machine = typeof memoryMachine;

/** A judge that takes one sample after the other. */
const start = (machine: Machine, input: Partial<Input> = {}, alone = false) => {
  const limits = { warnMb: 1_000, limitMb: 2_000, ...input };
  const subject = run(machine, { id: 'memory', input: limits, alone });
  const sample = (...all: readonly number[]) => {
    for (const megabytes of all) subject.send({ type: 'sampled', megabytes });
  };
  return { ...subject, sample };
};
const heavy = (megabytes: number) => ({ type: 'memory.heavy', megabytes });
const exceeded = (megabytes: number) => ({ type: 'memory.exceeded', megabytes });

/** What the judge of one process's memory promises. */
export const behaviours: readonly Behaviour<Machine>[] = [
  {
    title: 'says nothing up to the warning mark',
    run: (machine) => {
      const { sample, toParent, value } = start(machine);

      sample(1, 999, 1_000);

      expect(toParent).toEqual([]);
      expect(value()).toBe('light');
    },
  },
  {
    title: 'tells of what is above the mark once, and again after each tenth more (O-23, F-87)',
    run: (machine) => {
      const { sample, toParent } = start(machine);

      sample(1_010);
      expect(taken(toParent)).toEqual([heavy(1_010)]);
      sample(1_010, 1_110, 1_050);
      expect(toParent).toEqual([]);

      sample(1_112);
      expect(taken(toParent)).toEqual([heavy(1_112)]);
      sample(1_223);
      expect(toParent).toEqual([]);
      sample(1_224);
      expect(toParent).toEqual([heavy(1_224)]);
    },
  },
  {
    title: 'tells of it anew when it was not above the mark in between',
    run: (machine) => {
      const { sample, toParent, value } = start(machine);
      sample(1_500);
      taken(toParent);

      sample(1_000);
      expect(value()).toBe('light');
      sample(1_001, 1_002);

      expect(toParent).toEqual([heavy(1_001)]);
    },
  },
  {
    title: 'tells once that the limit is exceeded, and nothing after it (O-24, F-87)',
    run: (machine) => {
      for (const [before, told] of [
        [[], []],
        [[1_500], [heavy(1_500)]],
      ] as const) {
        const { sample, toParent, value } = start(machine);
        sample(...before);

        sample(2_000.1, 3_000, 1, 1_500);

        expect(toParent).toEqual([...told, exceeded(2_000.1)]);
        expect(value()).toBe('exceeded');
      }
    },
  },
  {
    title: 'takes the limit itself for allowed',
    run: (machine) => {
      const { sample, toParent } = start(machine, { warnMb: Number.POSITIVE_INFINITY });

      sample(2_000);

      expect(toParent).toEqual([]);
    },
  },
  {
    title: 'ends what is above a limit that is below the warning mark',
    run: (machine) => {
      const { sample, toParent } = start(machine, { limitMb: 500 });

      sample(400, 501);

      expect(toParent).toEqual([exceeded(501)]);
    },
  },
  {
    title: 'knows no limit with Infinity, and warns of everything with 0 (O-23, O-24)',
    run: (machine) => {
      const { sample, toParent } = start(machine, {
        warnMb: 0,
        limitMb: Number.POSITIVE_INFINITY,
      });

      sample(0.1, 1_000_000);

      expect(toParent).toEqual([heavy(0.1), heavy(1_000_000)]);
    },
  },
  {
    title: 'judges alone, too',
    run: (machine) => {
      const { emitted, sample, toParent } = start(machine, {}, true);

      sample(1_500, 2_500);

      expect(emitted).toEqual([heavy(1_500), exceeded(2_500)]);
      expect(toParent).toEqual([]);
    },
  },
];
