import { expect } from 'vitest';
import type { ChildInput, Command, Fact } from '../../../src/machines/job-process.types.js';
import type { Behaviour } from '../../support/behaviour.js';
import { fakePort } from '../../support/fake-ports.js';
import { childInput, failure } from '../../support/samples.js';
import {
  assign,
  launch,
  type Machine,
  outputWith,
  start,
  startBare,
  startFreezing,
  timings,
  warmUp,
  withJob,
} from './start.js';

const slowStart = {
  code: 'ERR_INITIALIZE_TIMEOUT',
  message:
    'The process was not warm within 10 s. Make prewarmFnc faster or raise initializeProcessTimeout.',
};

const slowAcknowledgement = {
  code: 'ERR_START_TIMEOUT',
  message: 'The process did not acknowledge the job within 2 s.',
};

/** What a job process promises until its job runs. */
export const starting: readonly Behaviour<Machine>[] = [
  {
    title: 'prewarms its child and tells that it is ready',
    run: (machine) => {
      const { child, emitted, has, pulse, timers, toParent, value } = start(machine);
      const ready = { type: 'process.ready', slot: 3, pid: 41, timings };
      expect(value()).toBe('spawning');
      expect(child.inputs).toEqual([childInput]);
      expect(pulse.inputs).toEqual([{ slot: 3 }]);

      child.say({ type: 'child.spawned', pid: 41 });
      child.say({ type: 'child.online' });
      expect(value()).toBe('prewarming');
      expect(has('warm')).toBe(false);
      expect(pulse.told).toEqual([]);

      child.say({ type: 'child.ready', timings });
      expect(value()).toBe('idle');
      expect(has('warm')).toBe(true);
      expect(pulse.told).toEqual([{ type: 'rest' }]);
      expect(toParent).toEqual([ready]);
      expect(emitted).toEqual([ready]);
      expect(child.told).toEqual([]);
      // Until it counts as one that started well.
      expect(timers()).toEqual([5_000]);
    },
  },
  {
    title: 'ends nothing for the time in which its worker itself was frozen (N-9, R-F9)',
    run: (machine) => {
      const { actor, child, clock } = startFreezing(machine);
      const value = () => actor.getSnapshot().value;
      child.say({ type: 'child.spawned', pid: 41 });
      child.say({ type: 'child.online' });

      clock.increment(60_000);
      expect(value()).toBe('prewarming');
      child.say({ type: 'child.ready', timings });

      actor.send({ type: 'job.assign', launch });
      clock.increment(60_000);
      expect(value()).toBe('assigned');
      child.say({ type: 'child.started', jobId: 'job-1' });

      actor.send({ type: 'shutdown', reason: 'asked' });
      clock.increment(60_000);
      expect(value()).toEqual({ draining: 'asking' });
      actor.stop();
    },
  },
  {
    title: 'has started well when it was idle for 5 s',
    run: (machine) => {
      const diesAfter = (ms: number) => {
        const subject = start(machine);
        const { advance, child, output } = subject;
        warmUp(subject);
        advance(ms);
        child.say({ type: 'child.closed', code: 1, signal: null });
        return output()?.settled;
      };

      expect([diesAfter(4_999), diesAfter(5_000)]).toEqual([false, true]);
    },
  },
  {
    title: 'kills a child that is not online in time (F-82, O-19)',
    run: (machine) => {
      const { advance, child, output, value } = start(machine);
      child.say({ type: 'child.spawned', pid: 41 });

      advance(9_999);
      expect(value()).toBe('spawning');
      advance(1);
      expect(child.told).toEqual([{ type: 'kill' }]);

      child.say({ type: 'child.closed', code: null, signal: 'SIGKILL' });
      expect(output()).toEqual(
        outputWith({ exit: { code: null, signal: 'SIGKILL' }, error: slowStart }),
      );
    },
  },
  {
    title: 'kills a child that does not prewarm in time, counted from its spawn (F-82, O-19, R-D7)',
    run: (machine) => {
      const { advance, child, output, value } = start(machine);
      child.say({ type: 'child.spawned', pid: 41 });
      advance(6_000);
      child.say({ type: 'child.online' });

      advance(3_999);
      expect(value()).toBe('prewarming');
      advance(1);
      // After 2 s its event loop may be blocked.
      expect(child.told).toEqual([{ type: 'guard' }, { type: 'kill' }]);

      child.say({ type: 'child.closed', code: null, signal: 'SIGKILL' });
      expect(output()).toEqual(
        outputWith({ exit: { code: null, signal: 'SIGKILL' }, error: slowStart }),
      );
    },
  },
  {
    title: 'waits for ever for a start without a limit',
    run: (machine) => {
      const { advance, child, timers, value } = start(machine, {
        initializeMs: Number.POSITIVE_INFINITY,
      });

      advance(86_400_000);
      child.say({ type: 'child.online' });
      advance(86_400_000);

      expect(timers()).toEqual([]);
      expect(value()).toBe('prewarming');
    },
  },
  {
    title: 'ends with what the child says of its failed start (R-D2, R-D8)',
    run: (machine) => {
      const { child, output, toParent, value } = start(machine);
      child.say({ type: 'child.spawned', pid: 41 });
      child.say({ type: 'child.online' });

      child.say({ type: 'child.failed', error: failure });
      expect(value()).toEqual({ killing: 'terminating' });
      child.say({ type: 'child.exited', code: 1, signal: null });
      child.say({ type: 'child.closed', code: 1, signal: null });

      expect(output()).toEqual(outputWith({ exit: { code: 1, signal: null }, error: failure }));
      expect(toParent).toEqual([]);
    },
  },
  {
    title: 'ends when there is no process at all (R-D9)',
    run: (machine) => {
      const { child, output, status } = start(machine);

      child.say({ type: 'child.failed', error: failure });
      child.say({ type: 'child.closed', code: -2, signal: null });

      expect(status()).toBe('done');
      expect(output()).toEqual(
        outputWith({ pid: undefined, exit: { code: -2, signal: null }, error: failure }),
      );
    },
  },
  {
    title:
      'takes every death of a process that was not asked to end for a failure, with its reason (R-D2, R-D8)',
    run: (machine) => {
      const reasonOf = (code: number | null, signal: string | null, isWarm: boolean) => {
        const { child, output } = start(machine);
        child.say({ type: 'child.spawned', pid: 41 });
        child.say({ type: 'child.online' });
        if (isWarm) child.say({ type: 'child.ready', timings });
        child.say({ type: 'child.exited', code, signal });
        child.say({ type: 'child.closed', code, signal });
        return output()?.error;
      };
      const died = (how: string) => ({
        code: 'ERR_PROCESS_EXITED',
        message: `The process ${how}.`,
      });

      expect(reasonOf(0, null, false)).toEqual(died('exited with code 0 before it was warm'));
      expect(reasonOf(1, null, false)).toEqual(died('exited with code 1 before it was warm'));
      expect(reasonOf(null, 'SIGSEGV', false)).toEqual(
        died('was ended by SIGSEGV before it was warm'),
      );
      expect(reasonOf(0, null, true)).toEqual(died('exited with code 0 while it was idle'));
      expect(reasonOf(null, 'SIGKILL', true)).toEqual(
        died('was ended by SIGKILL while it was idle'),
      );
    },
  },
  {
    title: 'takes one job, when it is idle',
    run: (machine) => {
      const { child, has, send, value } = start(machine);
      const late = { ...launch, jobId: 'job-2' };
      send({ type: 'job.assign', launch: late });
      child.say({ type: 'child.online' });
      send({ type: 'job.assign', launch: late });
      child.say({ type: 'child.ready', timings });
      expect(child.told).toEqual([]);

      send({ type: 'job.assign', launch });
      send({ type: 'job.assign', launch: late });

      expect(child.told).toEqual([{ type: 'start', launch }, { type: 'guard' }]);
      expect(value()).toBe('assigned');
      expect(has('warm')).toBe(false);
      expect(has('busy')).toBe(true);
    },
  },
  {
    title: 'believes in the start of a job when the child acknowledges it',
    run: (machine) => {
      const subject = start(machine);
      const { child, has, pulse, timers, toParent, value } = subject;
      assign(subject);
      expect(toParent).toEqual([]);

      child.say({ type: 'child.started', jobId: 'job-1' });

      expect(toParent).toEqual([{ type: 'process.started', slot: 3, jobId: 'job-1', pid: 41 }]);
      expect(value()).toBe('running');
      expect(has('busy')).toBe(true);
      expect(pulse.told).toEqual([{ type: 'rest' }, { type: 'work' }]);
      expect(timers()).toEqual([]);
    },
  },
  {
    title: 'kills a child that does not acknowledge its job in time (R-D4)',
    run: (machine) => {
      const subject = start(machine);
      const { advance, child, output, toParent, value } = subject;
      assign(subject);

      advance(1_999);
      expect(value()).toBe('assigned');
      advance(1);
      expect(child.told).toEqual([{ type: 'kill' }]);

      child.say({ type: 'child.closed', code: null, signal: 'SIGKILL' });
      expect(output()).toEqual(
        outputWith({
          ...withJob,
          outcome: 'failed',
          exit: { code: null, signal: 'SIGKILL' },
          error: slowAcknowledgement,
        }),
      );
      expect(toParent).toEqual([]);
    },
  },
  {
    title: 'tells a start that was acknowledged too late, so that the job starts nowhere else',
    run: (machine) => {
      const subject = start(machine);
      const { advance, child, output, toParent, value } = subject;
      assign(subject);
      advance(2_000);

      child.say({ type: 'child.started', jobId: 'job-1' });
      expect(toParent).toEqual([{ type: 'process.started', slot: 3, jobId: 'job-1', pid: 41 }]);
      expect(value()).toEqual({ killing: 'forcing' });

      child.say({ type: 'child.closed', code: null, signal: 'SIGKILL' });
      expect(output()).toEqual(
        outputWith({
          ...withJob,
          outcome: 'failed',
          started: true,
          exit: { code: null, signal: 'SIGKILL' },
          error: slowAcknowledgement,
        }),
      );
    },
  },
  {
    title: 'waits for ever for an acknowledgement without a limit',
    run: (machine) => {
      const subject = start(machine, { startMs: Number.POSITIVE_INFINITY });
      assign(subject);

      subject.advance(86_400_000);

      expect(subject.timers()).toEqual([]);
      expect(subject.value()).toBe('assigned');
    },
  },
  {
    title: 'names the actor that it misses',
    run: (machine) => {
      const { children, output, status } = startBare(machine);

      expect(status()).toBe('done');
      expect(output()).toEqual(
        outputWith({
          pid: undefined,
          error: {
            code: 'ERR_ACTOR_NOT_PROVIDED',
            message:
              'The actor "childProcess" is missing. Provide it with machine.provide({ actors: { childProcess } }), or import the wired machine from "livekit-actors".',
          },
        }),
      );
      expect(children()).toEqual([]);
    },
  },
  {
    title: 'names the memory sampler that it misses, and does not go on without it',
    run: (machine) => {
      const child = fakePort<Command, ChildInput, Fact>();
      const subject = startBare(machine.provide({ actors: { childProcess: child.logic } }));

      expect(subject.value()).toEqual({ killing: 'forcing' });
      child.say({ type: 'child.closed', code: null, signal: 'SIGKILL' });

      expect(subject.output()).toEqual(
        outputWith({
          pid: undefined,
          exit: { code: null, signal: 'SIGKILL' },
          error: {
            code: 'ERR_ACTOR_NOT_PROVIDED',
            message:
              'The actor "memorySampler" is missing. Provide it with machine.provide({ actors: { memorySampler } }), or import the wired machine from "livekit-actors".',
          },
        }),
      );
    },
  },
  {
    title: 'runs alone, too, and emits what it would tell',
    run: (machine) => {
      const subject = start(machine, { alone: true });
      const { child, emitted, send, toParent } = subject;
      warmUp(subject);
      send({ type: 'job.assign', launch });
      child.say({ type: 'child.started', jobId: 'job-1' });
      child.say({ type: 'child.finished', end: { outcome: 'success' } });

      expect(emitted).toEqual([
        { type: 'process.ready', slot: 3, pid: 41, timings },
        { type: 'process.started', slot: 3, jobId: 'job-1', pid: 41 },
        { type: 'process.finished', slot: 3, jobId: 'job-1', end: { outcome: 'success' } },
      ]);
      expect(toParent).toEqual([]);
    },
  },
];
