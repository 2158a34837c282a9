import { expect } from 'vitest';
import type { Behaviour } from '../../support/behaviour.js';
import { failure } from '../../support/samples.js';
import {
  assign,
  type Machine,
  outputWith,
  runJob,
  stages,
  start,
  timings,
  warmUp,
  withJob,
  withoutJob,
} from './start.js';

const success = { outcome: 'success' } as const;
const succeeded = {
  ...withJob,
  outcome: 'success',
  started: true,
  reported: true,
  exit: { code: 0, signal: null },
} as const;
const slowShutdown = {
  code: 'ERR_SHUTDOWN_TIMEOUT',
  message:
    'The job did not end within 10 s of its shutdown. Make its shutdown callbacks faster or raise shutdownProcessTimeout.',
};
const finished = { type: 'process.finished', slot: 3, jobId: 'job-1', end: success };
const asked = { type: 'shutdown', reason: 'asked', graceMs: 3_000 };

/** What a job process promises of the regular end of its job. */
export const ending: readonly Behaviour<Machine>[] = [
  {
    title: 'lets its job leave the room only after the outcome was told and delivered (F-88)',
    run: (machine) => {
      const subject = start(machine);
      const { child, emitted, output, send, timers, toParent, value } = subject;
      runJob(subject);

      child.say({ type: 'child.finished', end: success });
      expect(value()).toEqual({ draining: 'reporting' });
      expect(toParent).toEqual([finished]);
      expect(emitted.at(-1)).toEqual(finished);
      expect(child.told).toEqual([]);

      send({ type: 'outcome.delivered' });
      expect(value()).toEqual({ draining: 'leaving' });
      expect(child.told).toEqual([{ type: 'leave' }]);

      child.say({ type: 'child.exited', code: 0, signal: null });
      child.say({ type: 'child.closed', code: 0, signal: null });
      expect(output()).toEqual(outputWith(succeeded));
      expect(timers()).toEqual([]);
    },
  },
  {
    title: 'lets its job leave after 0.5 s when no word of the delivery comes',
    run: (machine) => {
      const subject = start(machine);
      runJob(subject);
      subject.child.say({ type: 'child.finished', end: success });

      subject.advance(499);
      expect(subject.child.told).toEqual([]);

      subject.advance(1);
      expect(subject.child.told).toEqual([{ type: 'leave' }]);
    },
  },
  {
    title: 'takes the word of the delivery once, and not before there is an outcome',
    run: (machine) => {
      const subject = start(machine);
      const { child, send, value } = subject;
      runJob(subject);
      send({ type: 'outcome.delivered' });
      expect(value()).toBe('running');

      child.say({ type: 'child.finished', end: success });
      send({ type: 'outcome.delivered' });
      send({ type: 'outcome.delivered' });
      child.say({ type: 'child.finished', end: { outcome: 'failed', error: failure } });

      expect(child.told).toEqual([{ type: 'leave' }]);
      expect(subject.toParent).toEqual([finished]);
    },
  },
  {
    title: 'gives a failed job its own error, however the process exits',
    run: (machine) => {
      const subject = start(machine);
      const end = { outcome: 'failed', error: failure } as const;
      runJob(subject);

      subject.child.say({ type: 'child.finished', end });
      subject.child.say({ type: 'child.closed', code: 0, signal: null });

      expect(subject.toParent).toEqual([{ ...finished, end }]);
      expect(subject.output()).toEqual(
        outputWith({
          ...withJob,
          outcome: 'failed',
          started: true,
          reported: true,
          exit: { code: 0, signal: null },
          error: failure,
        }),
      );
    },
  },
  {
    title: 'calls an exit without an outcome a failure, whatever its code (R-D14, R-D15)',
    run: (machine) => {
      const endOf = (code: number | null, signal: string | null) => {
        const subject = start(machine);
        runJob(subject);
        subject.child.say({ type: 'child.exited', code, signal });
        subject.child.say({ type: 'child.closed', code, signal });
        expect(subject.toParent).toEqual([]);
        return subject.output();
      };
      const died = (how: string) => ({
        code: 'ERR_PROCESS_EXITED',
        message: `The process ${how} without reporting an outcome.`,
      });
      const common = { ...withJob, outcome: 'failed', started: true } as const;

      const clean = { code: 0, signal: null };
      expect(endOf(0, null)).toEqual(
        outputWith({ ...common, exit: clean, error: died('exited with code 0') }),
      );
      const segv = { code: null, signal: 'SIGSEGV' };
      expect(endOf(null, 'SIGSEGV')).toEqual(
        outputWith({ ...common, exit: segv, error: died('was ended by SIGSEGV') }),
      );
    },
  },
  {
    title: 'believes the outcome that arrives between the exit and the verdict (R-D15)',
    run: (machine) => {
      const subject = start(machine);
      runJob(subject);

      subject.child.say({ type: 'child.exited', code: 0, signal: null });
      subject.child.say({ type: 'child.finished', end: success });
      subject.child.say({ type: 'child.closed', code: 0, signal: null });

      expect(subject.output()).toEqual(outputWith(succeeded));
    },
  },
  {
    title: 'waits while its job closes by itself, without asking it to end',
    run: (machine) => {
      const subject = start(machine);
      const { advance, child, has, toParent, value } = subject;
      runJob(subject);

      child.say({ type: 'child.closing', reason: 'room disconnected' });
      advance(9_000);
      expect(value()).toEqual({ draining: 'closing' });
      expect(has('busy')).toBe(true);
      expect(child.told).toEqual([]);

      const end = { outcome: 'failed', error: failure } as const;
      child.say({ type: 'child.finished', end });
      expect(value()).toEqual({ draining: 'reporting' });
      expect(toParent).toEqual([{ ...finished, end }]);
    },
  },
  {
    title: 'hurries a job that closes by itself, within the time that it has',
    run: (machine) => {
      const subject = start(machine);
      const { advance, child, send, value } = subject;
      runJob(subject);
      child.say({ type: 'child.closing', reason: 'room disconnected' });

      advance(6_000);
      send({ type: 'shutdown', reason: 'asked', graceMs: 1_500 });
      expect(child.told).toEqual([{ type: 'shutdown', reason: 'asked', graceMs: 1_500 }]);
      advance(3_999);
      expect(value()).toEqual({ draining: 'asking' });

      advance(1);
      expect(value()).toEqual({ killing: 'terminating' });
    },
  },
  {
    title: 'asks a running job to end, and reports what becomes of it',
    run: (machine) => {
      const subject = start(machine);
      const { advance, child, send, toParent, value } = subject;
      runJob(subject);

      send({ type: 'shutdown', reason: 'asked' });
      expect(child.told).toEqual([asked]);
      expect(value()).toEqual({ draining: 'asking' });

      advance(3_000);
      child.say({ type: 'child.finished', end: success });
      expect(toParent).toEqual([finished]);
      expect(value()).toEqual({ draining: 'reporting' });
    },
  },
  {
    title: 'asks only once, and never again after the outcome',
    run: (machine) => {
      const subject = start(machine);
      const { advance, child, context, send } = subject;
      const again = () => send({ type: 'shutdown', reason: 'asked again', graceMs: 0 });
      runJob(subject);
      send({ type: 'shutdown', reason: 'asked' });

      advance(1_000);
      again();
      expect(context().limit).toEqual({ type: 'shutdownTimeout.passed', leftMs: 9_000 });
      child.say({ type: 'child.finished', end: success });
      again();
      send({ type: 'outcome.delivered' });
      again();

      expect(child.told).toEqual([asked, { type: 'leave' }]);
    },
  },
  {
    title:
      'climbs the ladder of a shutdown: message, SIGTERM, SIGKILL, and gives up the process (F-88, F-89, D-6, D-21, N-7, N-40)',
    run: (machine) => {
      const subject = start(machine);
      const { advance, child, output, send, status, timers, value } = subject;
      runJob(subject);

      send({ type: 'shutdown', reason: 'asked' });
      advance(9_999);
      expect(child.told).toEqual([asked]);
      advance(1);
      expect(child.told).toEqual([asked, { type: 'terminate' }]);

      advance(1_999);
      expect(value()).toEqual({ killing: 'terminating' });
      advance(1);
      expect(child.told).toEqual([asked, { type: 'terminate' }, { type: 'kill' }]);

      advance(9_999);
      expect(status()).toBe('active');
      advance(1);
      expect(output()).toEqual(
        outputWith({ ...withJob, outcome: 'lost', started: true, error: slowShutdown }),
      );
      expect(child.instances.map(({ stopped }) => stopped)).toEqual([true]);
      expect(timers()).toEqual([]);
    },
  },
  {
    title:
      'gives the whole shutdown one budget, its report and its leaving included (F-88, O-20, D-21, N-7)',
    run: (machine) => {
      const subject = start(machine);
      const { advance, child, output, send, value } = subject;
      runJob(subject);

      send({ type: 'shutdown', reason: 'asked' });
      advance(9_000);
      child.say({ type: 'child.finished', end: success });
      advance(500);
      expect(value()).toEqual({ draining: 'leaving' });
      advance(499);
      expect(child.told).toEqual([asked, { type: 'leave' }]);

      advance(1);
      expect(child.told).toEqual([asked, { type: 'leave' }, { type: 'terminate' }]);
      child.say({ type: 'child.closed', code: null, signal: 'SIGTERM' });
      expect(output()).toEqual(
        outputWith({
          ...succeeded,
          exit: { code: null, signal: 'SIGTERM' },
          cut: slowShutdown,
        }),
      );
    },
  },
  {
    title: 'believes an outcome that comes while the process is being killed',
    run: (machine) => {
      const subject = start(machine);
      const { advance, child, output, send, value } = subject;
      runJob(subject);
      send({ type: 'shutdown', reason: 'asked' });
      advance(10_000);

      child.say({ type: 'child.finished', end: success });
      expect(value()).toEqual({ killing: 'terminating' });
      child.say({ type: 'child.closed', code: 0, signal: null });

      expect(output()).toEqual(outputWith({ ...succeeded, cut: slowShutdown }));
    },
  },
  {
    title: 'can be asked to end from its spawn on, and an exit that was asked for is no failure',
    run: (machine) => {
      for (const { name, reach } of stages.slice(0, 3)) {
        const subject = start(machine);
        const { child, output, send, toParent, value } = subject;
        reach(subject);
        send({ type: 'shutdown', reason: 'asked' });
        expect(value(), name).toEqual({ draining: 'asking' });
        const wasWarm = name === 'idle';
        // Its event loop may be blocked by what makes it warm.
        expect(child.told, name).toEqual(wasWarm ? [asked] : [asked, { type: 'guard' }]);

        child.say({ type: 'child.exited', code: 0, signal: null });
        child.say({ type: 'child.closed', code: 0, signal: null });

        expect(output(), name).toEqual(
          outputWith({
            outcome: 'unused',
            wasWarm,
            timings: wasWarm ? timings : undefined,
            exit: { code: 0, signal: null },
          }),
        );
        expect(toParent, name).toEqual([]);
      }
    },
  },
  {
    title: 'calls another exit of a process that was asked to end a failure all the same',
    run: (machine) => {
      const subject = start(machine);
      warmUp(subject);
      subject.send({ type: 'shutdown', reason: 'asked' });

      subject.child.say({ type: 'child.closed', code: 7, signal: null });

      expect(subject.output()).toEqual(
        outputWith({
          ...withoutJob,
          exit: { code: 7, signal: null },
          error: {
            code: 'ERR_PROCESS_EXITED',
            message: 'The process exited with code 7 while it was idle.',
          },
        }),
      );
    },
  },
  {
    title: 'ends a job that was asked to end before it acknowledged its start',
    run: (machine) => {
      const subject = start(machine);
      const { advance, child, send, toParent, value } = subject;
      assign(subject);
      send({ type: 'shutdown', reason: 'asked' });

      advance(5_000);
      child.say({ type: 'child.started', jobId: 'job-1' });
      child.say({ type: 'child.finished', end: success });

      expect(child.told).toEqual([asked]);
      expect(toParent).toEqual([
        { type: 'process.started', slot: 3, jobId: 'job-1', pid: 41 },
        finished,
      ]);
      expect(value()).toEqual({ draining: 'reporting' });
      child.say({ type: 'child.closed', code: 0, signal: null });
      expect(subject.output()).toEqual(outputWith(succeeded));
    },
  },
  {
    title: 'waits for ever for a shutdown without a limit',
    run: (machine) => {
      const subject = start(machine, { shutdownMs: Number.POSITIVE_INFINITY });
      runJob(subject);
      subject.send({ type: 'shutdown', reason: 'asked' });

      subject.advance(86_400_000);

      expect(subject.timers()).toEqual([]);
      expect(subject.value()).toEqual({ draining: 'asking' });
    },
  },
];
