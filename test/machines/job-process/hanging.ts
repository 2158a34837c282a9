import { expect } from 'vitest';
import type { Behaviour } from '../../support/behaviour.js';
import { taken } from '../../support/run-machine.js';
import { assign, type Machine, outputWith, runJob, start, timings, withJob } from './start.js';

const kill = { type: 'kill' };
const hanging = { killing: 'hanging' };
const silent = {
  code: 'ERR_UNRESPONSIVE',
  message: 'The process did not answer for 60 s: its event loop is blocked.',
};
const slowStart = {
  code: 'ERR_INITIALIZE_TIMEOUT',
  message:
    'The process was not warm within 10 s. Make prewarmFnc faster or raise initializeProcessTimeout.',
};
const bySigkill = { code: null, signal: 'SIGKILL' } as const;

/** A process that is described before it is ended. */
const startDescribed = (machine: Machine) => start(machine, { dumpDir: '/reports' });

/** One whose job does not answer any more. */
const startHanging = (machine: Machine) => {
  const subject = startDescribed(machine);
  runJob(subject);
  taken(subject.child.told);
  subject.pulse.say({ type: 'pulse.lost', silentMs: 60_000 });
  expect(subject.value()).toEqual(hanging);
  return subject;
};

/** What a job process promises of the time between the verdict and the end. */
export const hangs: readonly Behaviour<Machine>[] = [
  {
    title: 'has a child that does not answer described, and ends it when that is done (F-92)',
    run: (machine) => {
      const { child, output } = startHanging(machine);
      const process = {
        slot: 3,
        pid: 41,
        jobId: 'job-1',
        state: 'running',
        cause: silent,
        timings,
      };
      expect(taken(child.told)).toEqual([{ type: 'describe', process }]);

      child.say({ type: 'child.described' });
      expect(child.told).toEqual([kill]);

      child.say({ type: 'child.closed', ...bySigkill });
      expect(output()?.error).toEqual(silent);
    },
  },
  {
    title: 'waits 3 s for the description, and not longer',
    run: (machine) => {
      const { advance, child, value } = startHanging(machine);
      taken(child.told);

      advance(2_999);
      expect(child.told).toEqual([]);
      advance(1);

      expect(value()).toEqual({ killing: 'forcing' });
      expect(child.told).toEqual([kill]);
    },
  },
  {
    title: 'describes nothing unless it was asked for',
    run: (machine) => {
      const subject = start(machine);
      runJob(subject);
      taken(subject.child.told);

      subject.pulse.say({ type: 'pulse.lost', silentMs: 60_000 });

      expect(subject.child.told).toEqual([kill]);
      expect(subject.value()).toEqual({ killing: 'forcing' });
    },
  },
  {
    title: 'has a child described that is not warm, or does not start its job, in time (O-19)',
    run: (machine) => {
      const cold = startDescribed(machine);
      cold.child.say({ type: 'child.spawned', pid: 41 });
      cold.advance(10_000);
      expect([cold.value(), cold.context().cause]).toEqual([hanging, slowStart]);

      const prewarming = startDescribed(machine);
      prewarming.child.say({ type: 'child.spawned', pid: 41 });
      prewarming.child.say({ type: 'child.online' });
      prewarming.advance(10_000);
      expect([prewarming.value(), prewarming.context().cause]).toEqual([hanging, slowStart]);

      const deaf = startDescribed(machine);
      assign(deaf);
      deaf.advance(2_000);
      expect([deaf.value(), deaf.context().cause?.code]).toEqual([hanging, 'ERR_START_TIMEOUT']);
      for (const { child } of [cold, prewarming, deaf])
        expect(child.told.at(-1)?.type).toBe('describe');
    },
  },
  {
    title: 'has a child described that uses too much memory or does not end, and goes on',
    run: (machine) => {
      const heavy = startDescribed(machine);
      runJob(heavy);
      taken(heavy.child.told);
      heavy.sampler.say({ type: 'memory.sampled', megabytes: 2_100 });
      expect(heavy.child.told.map(({ type }) => type)).toEqual(['describe', 'shutdown']);

      taken(heavy.child.told);
      heavy.advance(10_000);
      expect(heavy.child.told.map(({ type }) => type)).toEqual(['describe', 'terminate']);
      expect(heavy.value()).toEqual({ killing: 'terminating' });
    },
  },
  {
    title: 'ends a child that hangs at once when it is to be killed',
    run: (machine) => {
      const { child, send, value } = startHanging(machine);
      taken(child.told);

      send({ type: 'kill' });

      expect(value()).toEqual({ killing: 'forcing' });
      expect(child.told).toEqual([kill]);
    },
  },
  {
    title: 'keeps what a process leaves behind',
    run: (machine) => {
      const { child, output } = startHanging(machine);

      child.say({ type: 'child.exited', ...bySigkill });
      child.say({ type: 'child.recorded', ranMs: 61_000, stderr: ['the last word'] });
      child.say({ type: 'child.closed', ...bySigkill });

      expect(output()).toEqual(
        outputWith({
          ...withJob,
          outcome: 'failed',
          started: true,
          exit: bySigkill,
          traces: { ranMs: 61_000, stderr: ['the last word'] },
          error: silent,
        }),
      );
    },
  },
];
