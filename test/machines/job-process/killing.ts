import { expect } from 'vitest';
import type { Timeouts } from '../../../src/machines/job-process.types.js';
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

const killed = {
  code: 'ERR_KILLED',
  message: 'The process was killed because the worker was told to halt.',
};
const bySigkill = { code: null, signal: 'SIGKILL' } as const;
const kill = { type: 'kill' };
const terminate = { type: 'terminate' };

/** A process that was told to end with SIGTERM, because its start failed. */
const startTerminating = (machine: Machine, timeouts: Partial<Timeouts> = {}) => {
  const subject = start(machine, timeouts);
  subject.child.say({ type: 'child.spawned', pid: 41 });
  subject.child.say({ type: 'child.failed', error: failure });
  expect(subject.child.told).toEqual([terminate]);
  return subject;
};

/** A running process that was told to end at once. */
const startForcing = (machine: Machine) => {
  const subject = start(machine);
  runJob(subject);
  subject.send({ type: 'kill' });
  expect(subject.child.told).toEqual([kill]);
  return subject;
};

/** What a job process promises of violent ends. */
export const killing: readonly Behaviour<Machine>[] = [
  {
    title: 'can be killed in every state',
    run: (machine) => {
      for (const { name, reach } of stages) {
        const subject = start(machine);
        reach(subject);

        subject.send({ type: 'kill' });
        expect(subject.value(), name).toEqual({ killing: 'forcing' });
        expect(subject.child.told, name).toEqual([kill]);
        expect(subject.has('busy'), name).toBe(true);

        subject.child.say({ type: 'child.exited', ...bySigkill });
        subject.child.say({ type: 'child.closed', ...bySigkill });
        expect(subject.output()?.error, name).toEqual(killed);
      }
    },
  },
  {
    title: 'can be killed while it drains and while it is being terminated',
    run: (machine) => {
      const subject = startTerminating(machine);
      subject.send({ type: 'kill' });
      expect(subject.child.told).toEqual([terminate, kill]);

      const draining = start(machine);
      runJob(draining);
      draining.child.say({ type: 'child.finished', end: { outcome: 'success' } });
      draining.send({ type: 'kill' });
      expect(draining.child.told).toEqual([kill]);
      expect(draining.timers()).toEqual([10_000]);
    },
  },
  {
    title: 'waits 10 s for the exit after SIGKILL, then gives the process up as lost (D-21)',
    run: (machine) => {
      const { advance, child, children, output, send, status, timers } = startForcing(machine);

      advance(9_000);
      send({ type: 'kill' });
      advance(999);
      expect(status()).toBe('active');

      advance(1);
      expect(child.told).toEqual([kill]);
      expect(output()).toEqual(
        outputWith({ ...withJob, outcome: 'lost', started: true, error: killed }),
      );
      expect(children()).toEqual([]);
      expect(timers()).toEqual([]);
    },
  },
  {
    title: 'kills the helpers of a process that exited, and waits 0.5 s for the verdict (R-D17)',
    run: (machine) => {
      const subject = start(machine);
      const { advance, child, output, send, status } = subject;
      runJob(subject);

      child.say({ type: 'child.exited', code: 3, signal: null });
      expect(child.told).toEqual([kill]);
      send({ type: 'kill' });
      advance(499);
      expect(status()).toBe('active');

      advance(1);
      expect(child.told).toEqual([kill]);
      expect(output()).toEqual(
        outputWith({
          ...withJob,
          outcome: 'failed',
          started: true,
          exit: { code: 3, signal: null },
          error: {
            code: 'ERR_PROCESS_EXITED',
            message: 'The process exited with code 3 without reporting an outcome.',
          },
        }),
      );
      expect(child.instances.map(({ stopped }) => stopped)).toEqual([true]);
    },
  },
  {
    title: 'kills the group 2 s after SIGTERM',
    run: (machine) => {
      const { advance, child } = startTerminating(machine);

      advance(1_999);
      expect(child.told).toEqual([terminate]);

      advance(1);
      expect(child.told).toEqual([terminate, kill]);
    },
  },
  {
    title: 'kills the group as long after SIGTERM as it is told',
    run: (machine) => {
      const { advance, child } = startTerminating(machine, { terminateMs: 700 });

      advance(699);
      expect(child.told).toEqual([terminate]);

      advance(1);
      expect(child.told).toEqual([terminate, kill]);
    },
  },
  {
    title: 'asks nothing of a process that is being killed',
    run: (machine) => {
      const { child, send, value } = startForcing(machine);

      send({ type: 'shutdown', reason: 'asked' });

      expect(value()).toEqual({ killing: 'forcing' });
      expect(child.told).toEqual([kill]);
    },
  },
  {
    title: 'does not begin the ladder again, whatever it hears of the process (R-D6, R-S23)',
    run: (machine) => {
      const { advance, child, send, value } = startTerminating(machine);
      advance(1_000);

      send({ type: 'pulse.lost', silentMs: 10_000 });
      child.say({ type: 'child.misbehaved', error: failure });
      child.say({ type: 'child.failed', error: failure });
      expect(value()).toEqual({ killing: 'terminating' });
      advance(1_000);
      child.say({ type: 'child.failed', error: failure });
      send({ type: 'pulse.lost', silentMs: 10_000 });
      child.say({ type: 'child.misbehaved', error: failure });

      expect(value()).toEqual({ killing: 'forcing' });
      expect(child.told).toEqual([terminate, kill]);
    },
  },
  {
    title: 'keeps the first cause of its end',
    run: (machine) => {
      const { child, output } = startForcing(machine);

      child.say({ type: 'child.failed', error: failure });
      child.say({ type: 'child.closed', ...bySigkill });

      expect(output()?.error).toEqual(killed);
    },
  },
  {
    title: 'learns the cause of an exit also from what arrives after it',
    run: (machine) => {
      const subject = start(machine);
      warmUp(subject);
      subject.child.say({ type: 'child.exited', code: 1, signal: null });

      subject.child.say({ type: 'child.failed', error: failure });
      subject.child.say({ type: 'child.closed', code: 1, signal: null });

      expect(subject.output()).toEqual(
        outputWith({ ...withoutJob, exit: { code: 1, signal: null }, error: failure }),
      );
    },
  },
  {
    title: 'kills a child that says what no runner says (R-E8)',
    run: (machine) => {
      const subject = start(machine);
      runJob(subject);

      subject.child.say({ type: 'child.misbehaved', error: failure });
      expect(subject.child.told).toEqual([kill]);
      subject.child.say({ type: 'child.closed', ...bySigkill });

      expect(subject.output()).toEqual(
        outputWith({
          ...withJob,
          outcome: 'failed',
          started: true,
          exit: bySigkill,
          error: failure,
        }),
      );
    },
  },
  {
    title: 'ends when the actor of its child breaks, and cannot vouch for the process',
    run: (machine) => {
      const subject = start(machine);
      runJob(subject);

      subject.child.fail(new Error('no handle'));

      expect(subject.output()).toEqual(
        outputWith({
          ...withJob,
          outcome: 'lost',
          started: true,
          error: { code: 'ERR_CHILD_PROCESS', message: 'no handle' },
        }),
      );
      expect(subject.children()).toEqual([]);
      expect(subject.timers()).toEqual([]);
    },
  },
];
