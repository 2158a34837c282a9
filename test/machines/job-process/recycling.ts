import { expect } from 'vitest';
import type { Behaviour } from '../../support/behaviour.js';
import { taken } from '../../support/run-machine.js';
import { failure, launchOf } from '../../support/samples.js';
import {
  assign,
  type Machine,
  outputWith,
  runJob,
  start,
  startBeating,
  timings,
  withoutJob,
} from './start.js';

type Subject = ReturnType<typeof start>;

const success = { outcome: 'success' } as const;
const clean = { code: 0, signal: null } as const;
const finished = { type: 'process.finished', slot: 3, jobId: 'job-1', end: success };
const freed = { type: 'process.freed', slot: 3, jobId: 'job-1' };
const leave = { type: 'leave' };
const leaveAndStay = { type: 'leave', stay: true };
const asked = { type: 'shutdown', reason: 'asked', graceMs: 3_000 };
const succeeded = {
  jobId: 'job-1',
  wasWarm: true,
  timings,
  outcome: 'success',
  started: true,
  reported: true,
  exit: clean,
} as const;

/** Lets the job that runs end well, so that its room may be left. */
const finishJob = ({ child, send }: Pick<Subject, 'child' | 'send'>) => {
  child.say({ type: 'child.finished', end: success });
  send({ type: 'outcome.delivered' });
};

/** A process whose job is over, of which the room is being left. */
const startClearing = (machine: Machine, jobs = 2) => {
  const subject = start(machine, { jobs });
  runJob(subject);
  finishJob(subject);
  expect(subject.value()).toEqual({ draining: 'clearing' });
  expect(taken(subject.child.told)).toEqual([leaveAndStay]);
  expect(taken(subject.toParent)).toEqual([finished]);
  return subject;
};

/** A process that is warm again after its first job. */
const startFreed = (machine: Machine, jobs = 2) => {
  const subject = startClearing(machine, jobs);
  subject.child.say({ type: 'child.freed' });
  taken(subject.toParent);
  return subject;
};

/** What a job process promises that may run several jobs, one after the other. */
export const recycling: readonly Behaviour<Machine>[] = [
  {
    title: 'is warm again after a job that left nothing behind, and tells it once (F-98)',
    run: (machine) => {
      const subject = startClearing(machine);
      const { child, context, emitted, has, pulse, sampler, timers, toParent, value } = subject;
      taken(pulse.told);
      taken(sampler.told);

      child.say({ type: 'child.freed' });
      child.say({ type: 'child.freed' });

      expect(value()).toBe('idle');
      expect([has('warm'), has('busy')]).toEqual([true, false]);
      expect(toParent).toEqual([freed]);
      expect(emitted.at(-1)).toEqual(freed);
      expect(context()).toMatchObject({
        ...{ jobId: undefined, started: false, end: undefined, timings, settled: true },
        ...{ jobsLeft: 1, limit: undefined, shutdown: undefined, cause: undefined },
      });
      expect(pulse.told).toEqual([{ type: 'rest' }]);
      // It is measured as before: a new watch would begin anew.
      expect(sampler.told).toEqual([]);
      expect(child.told).toEqual([]);
      expect(timers()).toEqual([5_000]);
    },
  },
  {
    title: 'runs the next job like the first one, and exits after its last (F-98)',
    run: (machine) => {
      const subject = startFreed(machine);
      const { child, output, send, toParent, value } = subject;
      const second = launchOf('job-2');

      send({ type: 'job.assign', launch: second });
      expect(taken(child.told)).toEqual([{ type: 'start', launch: second }, { type: 'guard' }]);
      child.say({ type: 'child.started', jobId: 'job-2' });
      finishJob(subject);

      expect(value()).toEqual({ draining: 'leaving' });
      expect(child.told).toEqual([leave]);
      child.say({ type: 'child.freed' });
      expect(value()).toEqual({ draining: 'leaving' });
      child.say({ type: 'child.closed', ...clean });
      expect(toParent).toEqual([
        { type: 'process.started', slot: 3, jobId: 'job-2', pid: 41 },
        { ...finished, jobId: 'job-2' },
      ]);
      expect(output()).toEqual(outputWith({ ...succeeded, jobId: 'job-2' }));
    },
  },
  {
    title: 'runs as many jobs as it may, and any number without a limit (F-98)',
    run: (machine) => {
      const ranOf = (jobs: number) => {
        const subject = start(machine, { jobs });
        runJob(subject);
        for (let ran = 1; ran < 9; ran += 1) {
          finishJob(subject);
          subject.child.say({ type: 'child.freed' });
          if (subject.value() !== 'idle') return ran;
          subject.send({ type: 'job.assign', launch: launchOf(`job-${ran + 1}`) });
          subject.child.say({ type: 'child.started', jobId: `job-${ran + 1}` });
        }
        return Number.POSITIVE_INFINITY;
      };

      expect([1, 2, 3, Number.POSITIVE_INFINITY].map(ranOf)).toEqual([
        ...[1, 2, 3, Number.POSITIVE_INFINITY],
      ]);
    },
  },
  {
    title: 'stays also when no word of the delivery comes (F-98)',
    run: (machine) => {
      const subject = start(machine, { jobs: 2 });
      runJob(subject);
      subject.child.say({ type: 'child.finished', end: success });

      subject.advance(500);

      expect(subject.value()).toEqual({ draining: 'clearing' });
      expect(subject.child.told).toEqual([leaveAndStay]);
    },
  },
  {
    title: 'believes no child that is free before it was let stay (F-98)',
    run: (machine) => {
      const ways: readonly ((subject: Subject) => void)[] = [
        assign,
        runJob,
        (subject) => {
          runJob(subject);
          subject.child.say({ type: 'child.closing', reason: 'room is gone' });
        },
        (subject) => {
          runJob(subject);
          subject.child.say({ type: 'child.finished', end: success });
        },
      ];
      for (const reach of ways) {
        const subject = start(machine, { jobs: 2 });
        reach(subject);
        const before = subject.value();
        taken(subject.toParent);

        subject.child.say({ type: 'child.freed' });

        expect(subject.value()).toEqual(before);
        expect(subject.toParent).toEqual([]);
      }
    },
  },
  {
    title: 'exits after a job that failed, was asked to end, or used too much memory (F-98)',
    run: (machine) => {
      const ends: Record<string, (subject: Subject) => void> = {
        'it failed': ({ child, send }) => {
          child.say({ type: 'child.finished', end: { outcome: 'failed', error: failure } });
          send({ type: 'outcome.delivered' });
        },
        'it was asked': (subject) => {
          subject.send({ type: 'shutdown', reason: 'asked' });
          finishJob(subject);
        },
        'it was asked while it closed': (subject) => {
          subject.child.say({ type: 'child.closing', reason: 'room is gone' });
          subject.send({ type: 'shutdown', reason: 'asked' });
          finishJob(subject);
        },
        'it was asked when it was over': (subject) => {
          subject.child.say({ type: 'child.finished', end: success });
          subject.send({ type: 'shutdown', reason: 'asked' });
          subject.send({ type: 'outcome.delivered' });
        },
        'it used too much memory': (subject) => {
          subject.sampler.say({ type: 'memory.sampled', megabytes: 2_100 });
          finishJob(subject);
        },
        'it used too much memory when it was over': (subject) => {
          subject.child.say({ type: 'child.finished', end: success });
          subject.sampler.say({ type: 'memory.sampled', megabytes: 2_100 });
          subject.send({ type: 'outcome.delivered' });
        },
        'nobody measures it any more': (subject) => {
          subject.sampler.fail(failure);
          finishJob(subject);
        },
      };
      for (const [why, how] of Object.entries(ends)) {
        const subject = start(machine, { jobs: 5 });
        runJob(subject);

        how(subject);

        expect(subject.value(), why).toEqual({ draining: 'leaving' });
        expect(subject.child.told.at(-1), why).toEqual(leave);
        subject.child.say({ type: 'child.freed' });
        expect(subject.value(), why).toEqual({ draining: 'leaving' });
      }
    },
  },
  {
    title: 'exits when it is asked to end, or is too heavy, while the room is left (F-98)',
    run: (machine) => {
      const told = (ask: (subject: Subject) => void) => {
        const subject = startClearing(machine);
        ask(subject);
        expect(subject.value()).toEqual({ draining: 'leaving' });
        // It said so before it heard; it will exit all the same.
        subject.child.say({ type: 'child.freed' });
        expect(subject.value()).toEqual({ draining: 'leaving' });
        subject.child.say({ type: 'child.closed', ...clean });
        expect(subject.toParent).toEqual([]);
        expect(subject.output()).toEqual(outputWith(succeeded));
        return subject.child.told;
      };

      expect(told(({ send }) => send({ type: 'shutdown', reason: 'asked' }))).toEqual([asked]);
      expect(
        told(({ sampler }) => sampler.say({ type: 'memory.sampled', megabytes: 2_100 })),
      ).toEqual([{ ...asked, reason: 'memory limit' }]);
    },
  },
  {
    title: 'has the limit of a shutdown for what comes before it is free (F-98)',
    run: (machine) => {
      const { advance, child, output } = startClearing(machine);

      advance(10_000 + 2_000);

      expect(child.told).toEqual([{ type: 'terminate' }, { type: 'kill' }]);
      child.say({ type: 'child.closed', code: null, signal: 'SIGKILL' });
      expect([output()?.outcome, output()?.cut?.code]).toEqual([
        ...['success', 'ERR_SHUTDOWN_TIMEOUT'],
      ]);
    },
  },
  {
    title: 'takes an exit instead of the word that it is free for what it is (F-98)',
    run: (machine) => {
      const { child, output, toParent } = startClearing(machine);

      child.say({ type: 'child.exited', ...clean });
      child.say({ type: 'child.closed', ...clean });

      expect(toParent).toEqual([]);
      expect(output()).toEqual(outputWith(succeeded));
    },
  },
  {
    title: 'has no job to answer for when it ends between two jobs (F-98)',
    run: (machine) => {
      const dead = startFreed(machine);
      dead.child.say({ type: 'child.closed', code: null, signal: 'SIGKILL' });
      expect(dead.output()).toEqual(
        outputWith({
          ...withoutJob,
          settled: true,
          exit: { code: null, signal: 'SIGKILL' },
          error: {
            code: 'ERR_PROCESS_EXITED',
            message: 'The process was ended by SIGKILL while it was idle.',
          },
        }),
      );

      const closed = startFreed(machine);
      closed.send({ type: 'shutdown', reason: 'asked' });
      closed.child.say({ type: 'child.closed', ...clean });
      expect(closed.output()).toEqual(outputWith({ ...withoutJob, settled: true, exit: clean }));
      expect(closed.child.told).toEqual([asked]);
    },
  },
  {
    title: 'tells the failure of a second job, and not what became of the first (F-98)',
    run: (machine) => {
      const { child, output, send } = startFreed(machine);
      send({ type: 'job.assign', launch: launchOf('job-2') });
      child.say({ type: 'child.closed', code: 1, signal: null });

      expect(output()).toEqual(
        outputWith({
          ...withoutJob,
          jobId: 'job-2',
          outcome: 'failed',
          settled: true,
          exit: { code: 1, signal: null },
          error: {
            code: 'ERR_PROCESS_EXITED',
            message: 'The process exited with code 1 without reporting an outcome.',
          },
        }),
      );
    },
  },
  {
    title: 'goes on being measured between two jobs (F-98)',
    run: (machine) => {
      const { child, sampler, value } = startFreed(machine);

      sampler.say({ type: 'memory.sampled', megabytes: 2_100 });

      expect(value()).toEqual({ draining: 'asking' });
      expect(child.told).toEqual([{ ...asked, reason: 'memory limit' }]);
    },
  },
  {
    title: 'has the patience for an idle child again when its job is over (F-98)',
    run: (machine) => {
      const subject = startBeating(machine, { jobs: 2 });
      const { advance, child, send, value } = subject;
      send({ type: 'job.assign', launch: launchOf('job-1') });
      child.say({ type: 'child.started', jobId: 'job-1' });
      finishJob(subject);
      child.say({ type: 'child.freed' });

      advance(20_000);

      expect(value()).toEqual({ killing: 'forcing' });
    },
  },
];
