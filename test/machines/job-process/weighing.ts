import { expect } from 'vitest';
import type { Behaviour } from '../../support/behaviour.js';
import { failure } from '../../support/samples.js';
import {
  type Machine,
  outputWith,
  runJob,
  stages,
  start,
  warmUp,
  withJob,
  withoutJob,
} from './start.js';

const sampled = (megabytes: number) => ({ type: 'memory.sampled', megabytes }) as const;
const heavy = (megabytes: number, limitMb?: number) => ({
  type: 'process.heavy',
  slot: 3,
  pid: 41,
  megabytes,
  limitMb,
});
const asked = { type: 'shutdown', reason: 'memory limit', graceMs: 3_000 };
const overweight = {
  code: 'ERR_MEMORY_LIMIT',
  message:
    'The process used 2100.5 MB of memory, and its limit is 2000 MB. Find what grows in the agent, or raise jobMemoryLimitMB.',
};
const success = { outcome: 'success' } as const;
const failed = { outcome: 'failed', error: overweight } as const;
const clean = { code: 0, signal: null } as const;

/** A process whose job is asked to end, because it used too much memory. */
const startEnding = (machine: Machine) => {
  const subject = start(machine);
  runJob(subject);
  subject.sampler.say(sampled(2_100.5));
  return subject;
};

/** What a job process promises of the memory of its child. */
export const weighing: readonly Behaviour<Machine>[] = [
  {
    title: 'has its child measured as soon as it is warm',
    run: (machine) => {
      const subject = start(machine);
      expect(subject.sampler.inputs).toEqual([{ limitMb: 2_000 }]);
      expect(subject.sampler.told).toEqual([]);

      warmUp(subject);

      expect(subject.sampler.told).toEqual([{ type: 'watch', pid: 41 }]);
    },
  },
  {
    title: 'tells of a child that uses much memory, and lets it live (F-87, O-23)',
    run: (machine) => {
      const subject = start(machine);
      runJob(subject);

      subject.sampler.say(sampled(1_000));
      subject.sampler.say(sampled(1_000.1));
      subject.sampler.say(sampled(1_050));
      subject.sampler.say(sampled(2_000));

      expect(subject.toParent).toEqual([heavy(1_000.1), heavy(2_000)]);
      expect(subject.emitted.slice(-2)).toEqual([heavy(1_000.1), heavy(2_000)]);
      expect(subject.value()).toBe('running');
    },
  },
  {
    title: 'asks a child that uses too much memory to end, whatever it does',
    run: (machine) => {
      for (const { name, reach } of stages.slice(2)) {
        const subject = start(machine);
        reach(subject);

        subject.sampler.say(sampled(2_100.5));

        expect(subject.value(), name).toEqual({ draining: 'asking' });
        expect(subject.child.told, name).toEqual([asked]);
        expect(subject.toParent.at(-1), name).toEqual(heavy(2_100.5, 2_000));
        expect(subject.context().limit, name).toEqual({
          type: 'shutdownTimeout.passed',
          leftMs: 10_000,
        });
      }
    },
  },
  {
    title:
      'calls a job failed that used too much memory, whatever the child reports (F-87, N-32, R-D11)',
    run: (machine) => {
      const { child, output, toParent } = startEnding(machine);

      child.say({ type: 'child.finished', end: success });
      child.say({ type: 'child.closed', ...clean });

      const finished = { type: 'process.finished', slot: 3, jobId: 'job-1', end: failed };
      expect(toParent).toEqual([heavy(2_100.5, 2_000), finished]);
      expect(output()).toEqual(
        outputWith({
          ...withJob,
          outcome: 'failed',
          started: true,
          reported: true,
          exit: clean,
          error: overweight,
        }),
      );
    },
  },
  {
    title:
      'climbs the ladder of a shutdown with a child that does not give its memory back (F-87, N-32)',
    run: (machine) => {
      const { advance, child, output } = startEnding(machine);

      advance(10_000 + 2_000);
      expect(child.told).toEqual([asked, { type: 'terminate' }, { type: 'kill' }]);
      child.say({ type: 'child.finished', end: success });
      child.say({ type: 'child.closed', code: null, signal: 'SIGKILL' });

      expect(output()?.error).toEqual(overweight);
      expect(output()?.outcome).toBe('failed');
    },
  },
  {
    title: 'ends an idle child that uses too much memory, with the reason',
    run: (machine) => {
      const subject = start(machine);
      warmUp(subject);

      subject.sampler.say(sampled(2_100.5));
      subject.child.say({ type: 'child.closed', ...clean });

      expect(subject.output()).toEqual(
        outputWith({ ...withoutJob, exit: clean, error: overweight }),
      );
    },
  },
  {
    title: 'leaves a job its own end when it was ending before it used too much memory',
    run: (machine) => {
      const subject = start(machine);
      const { advance, child, output, sampler, send, timers, toParent } = subject;
      runJob(subject);
      send({ type: 'shutdown', reason: 'asked' });
      advance(1_000);

      sampler.say(sampled(2_100.5));
      child.say({ type: 'child.finished', end: success });
      child.say({ type: 'child.closed', ...clean });

      expect(child.told).toEqual([{ type: 'shutdown', reason: 'asked', graceMs: 3_000 }]);
      expect(toParent).toEqual([
        { type: 'process.finished', slot: 3, jobId: 'job-1', end: success },
      ]);
      expect(output()?.outcome).toBe('success');
      expect(timers()).toEqual([]);
    },
  },
  {
    title: 'asks nothing of a child that is being killed, however much memory it uses',
    run: (machine) => {
      const subject = start(machine);
      runJob(subject);
      subject.send({ type: 'kill' });

      subject.sampler.say(sampled(2_100.5));

      expect(subject.value()).toEqual({ killing: 'forcing' });
      expect(subject.child.told).toEqual([{ type: 'kill' }]);
      expect(subject.toParent).toEqual([]);
    },
  },
  {
    title: 'gives up a child whose sampler breaks before it is warm',
    run: (machine) => {
      for (const { name, reach } of stages.slice(0, 2)) {
        const subject = start(machine);
        reach(subject);

        subject.sampler.fail(failure);
        expect(subject.child.told, name).toEqual([{ type: 'kill' }]);
        subject.child.say({ type: 'child.closed', code: null, signal: 'SIGKILL' });

        expect(subject.output()?.error, name).toEqual({
          code: 'ERR_CHILD_PROCESS',
          message: failure.message,
        });
      }
    },
  },
  {
    title: 'goes on with a warm child whose sampler breaks',
    run: (machine) => {
      for (const { name, reach } of stages.slice(2)) {
        const subject = start(machine);
        reach(subject);
        const before = subject.value();

        subject.sampler.fail(failure);

        expect(subject.value(), name).toEqual(before);
        expect(subject.status(), name).toBe('active');
      }
    },
  },
];
