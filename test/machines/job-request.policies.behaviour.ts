import { expect } from 'vitest';
import type { Capacity } from '../../src/machines/job.types.js';
import type { Screened } from '../../src/machines/job-request.types.js';
import {
  answered,
  ended,
  free,
  type Guard,
  no,
  nothingIsLeft,
  offer,
  type Promised,
  start,
} from './job-request.subject.js';

const edge = { activeJobs: 2, reservedJobs: 1, maxJobs: 4, load: 0.69, loadThreshold: 0.7 };

const refusesFor = (
  why: string,
  capacity: Partial<Capacity>,
  reason = 'no capacity',
): Promised => ({
  title: `refuses at once, and asks nobody, ${why} (F-48, D-5, R-C12)`,
  run: (machine) => {
    const asked: string[] = [];
    const acceptsJob = () => asked.push('acceptsJob') > 0;
    const subject = start(machine, { capacity, guards: { acceptsJob } });

    expect(subject.output()).toEqual(ended('rejected', reason));
    expect(subject.toParent).toEqual([answered(no)]);
    expect([asked, subject.handler.instances]).toEqual([[], []]);
    nothingIsLeft(subject);
  },
});

const breaksWith = (guard: 'hasCapacity' | 'acceptsJob', alone: boolean): Promised => ({
  title: `breaks, and answers nothing, when ${guard} throws ${alone ? 'in a root' : 'in a child'}`,
  run: (machine) => {
    const refuse = () => {
      throw new Error('the policy broke');
    };
    const {
      emitted,
      failure: error,
      handler,
      status,
      toParent,
    } = start(machine, {
      alone,
      guards: { [guard]: refuse },
    });

    expect(String(error())).toContain('the policy broke');
    expect(status()).toBe('error');
    expect([toParent, emitted, handler.instances]).toEqual([[], [], []]);
  },
});

/** What the policies decide. */
export const policies: readonly Promised[] = [
  refusesFor(
    'while the worker takes no jobs',
    { accepting: false },
    'the worker takes no jobs now',
  ),
  refusesFor('when every place is taken or reserved', { ...edge, maxJobs: 3 }),
  refusesFor('with a limit of no jobs', { maxJobs: 0 }),
  refusesFor('at the threshold of load', { ...edge, load: 0.7 }),
  {
    title: 'takes the last free place, below the threshold of load',
    run: (machine) => {
      expect(start(machine, { capacity: edge }).value()).toBe('deciding');
    },
  },
  {
    title: 'asks for capacity first, then the policy, then the handler, with offer and capacity',
    run: (machine) => {
      const asked: [string, Screened][] = [];
      const ask = (name: string) => (_: unknown, screened: Screened) =>
        asked.push([name, screened]) > 0;
      const { handler } = start(machine, {
        guards: { hasCapacity: ask('hasCapacity'), acceptsJob: ask('acceptsJob') },
      });

      expect(asked).toEqual([
        ['hasCapacity', { offer, capacity: free }],
        ['acceptsJob', { offer, capacity: free }],
      ]);
      expect(handler.instances).toHaveLength(1);
    },
  },
  {
    title: 'lets a policy of the user count differently',
    run: (machine) => {
      const hasCapacity: Guard = (_, { capacity }) => capacity.jobsInRoom < 1;
      const guards = { hasCapacity };

      const crowded = { activeJobs: 5, maxJobs: 2 };
      expect(start(machine, { guards, capacity: crowded }).value()).toBe('deciding');
      expect(start(machine, { guards, capacity: { jobsInRoom: 1 } }).output()).toEqual(
        ended('rejected', 'no capacity'),
      );
    },
  },
  {
    title: 'takes nothing while the worker takes no jobs, whatever the policies say',
    run: (machine) => {
      const guards = { hasCapacity: () => true, acceptsJob: () => true };
      const { output } = start(machine, { guards, capacity: { accepting: false } });

      expect(output()).toEqual(ended('rejected', 'the worker takes no jobs now'));
    },
  },
  {
    title: 'refuses what its policy refuses, and does not ask the handler',
    run: (machine) => {
      const subject = start(machine, { guards: { acceptsJob: () => false } });

      expect(subject.output()).toEqual(ended('rejected', 'refused by policy'));
      expect(subject.toParent).toEqual([answered(no)]);
      expect(subject.handler.instances).toEqual([]);
      nothingIsLeft(subject);
    },
  },
  breaksWith('hasCapacity', false),
  breaksWith('acceptsJob', false),
  breaksWith('acceptsJob', true),
];
