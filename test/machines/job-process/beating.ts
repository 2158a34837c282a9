import { expect } from 'vitest';
import { createActor, SimulatedClock } from 'xstate';
import type { ChildInput, Command, Fact } from '../../../src/machines/job-process.types.js';
import type { Behaviour } from '../../support/behaviour.js';
import { fakePort } from '../../support/fake-ports.js';
import { fakeSampler } from '../../support/fake-sampler.js';
import { childInput, processLimits, processTimeouts } from '../../support/samples.js';
import {
  launch,
  type Machine,
  outputWith,
  runJob,
  start,
  startBeating,
  timings,
  warmUp,
  withJob,
  withoutJob,
} from './start.js';

const firstBeatMs = 2_135;
const bySigkill = { code: null, signal: 'SIGKILL' } as const;
const silentFor = (seconds: number) => ({
  code: 'ERR_UNRESPONSIVE',
  message: `The process did not answer for ${seconds} s: its event loop is blocked.`,
});

/** What a job process promises of the heartbeat of its child. */
export const beating: readonly Behaviour<Machine>[] = [
  {
    title: 'passes pings to the child and its answers to the heartbeat',
    run: (machine) => {
      const subject = start(machine);
      warmUp(subject);

      subject.send({ type: 'pulse.due', ref: 7 });
      subject.child.say({ type: 'child.ponged', ref: 7 });

      expect(subject.child.told).toEqual([{ type: 'ping', ref: 7 }]);
      expect(subject.pulse.told).toEqual([{ type: 'rest' }, { type: 'ponged', ref: 7 }]);
    },
  },
  {
    title: 'tells of a child that is slow, and lets it live',
    run: (machine) => {
      const subject = start(machine);
      runJob(subject);

      subject.send({ type: 'pulse.slow', silentMs: 500 });

      expect(subject.toParent).toEqual([{ type: 'process.slow', slot: 3, silentMs: 500 }]);
      expect(subject.value()).toBe('running');
    },
  },
  {
    title: 'kills an idle child that is silent for 10 s (F-86, R-D10)',
    run: (machine) => {
      const { advance, child, output, toParent, value } = startBeating(machine);

      advance(firstBeatMs + 9_999);
      expect(value()).toBe('idle');
      expect(toParent).toEqual([{ type: 'process.slow', slot: 3, silentMs: 500 }]);

      advance(1);
      expect(child.told).toEqual([{ type: 'ping', ref: 1 }, { type: 'guard' }, { type: 'kill' }]);
      child.say({ type: 'child.closed', ...bySigkill });
      expect(output()).toEqual(
        outputWith({ ...withoutJob, settled: true, exit: bySigkill, error: silentFor(10) }),
      );
    },
  },
  {
    title: 'kills a child that is silent for 60 s of its job (F-86, R-D10)',
    run: (machine) => {
      const { advance, child, output, send, value } = startBeating(machine);
      send({ type: 'job.assign', launch });
      child.say({ type: 'child.started', jobId: 'job-1' });

      advance(firstBeatMs + 59_999);
      expect(value()).toBe('running');

      advance(1);
      expect(child.told.at(-1)).toEqual({ type: 'kill' });
      child.say({ type: 'child.closed', ...bySigkill });
      expect(output()).toEqual(
        outputWith({
          ...withJob,
          outcome: 'failed',
          started: true,
          exit: bySigkill,
          error: silentFor(60),
        }),
      );
    },
  },
  {
    title: 'lets a child live that answers',
    run: (machine) => {
      const { advance, child, toParent, value } = startBeating(machine);
      advance(firstBeatMs);

      for (let ref = 1; ref <= 100; ref += 1) {
        expect(child.told.at(-1)).toEqual({ type: 'ping', ref });
        child.say({ type: 'child.ponged', ref });
        advance(2_500);
      }

      expect(value()).toBe('idle');
      expect(toParent).toEqual([]);
    },
  },
  {
    title: 'kills nobody after a freeze of the worker and its children (N-9, R-F9)',
    run: (machine) => {
      const child = fakePort<Command, ChildInput, Fact>();
      const clock = new SimulatedClock();
      const provided = machine.provide({
        actors: { childProcess: child.logic, memorySampler: fakeSampler().logic },
      });
      const actor = createActor(provided, {
        clock,
        input: { slot: 0, child: childInput, timeouts: processTimeouts, limits: processLimits },
      });
      actor.start();
      child.say({ type: 'child.online' });
      child.say({ type: 'child.ready', timings });
      clock.increment(0);
      expect(child.told).toEqual([{ type: 'ping', ref: 1 }]);

      clock.increment(90_000);
      child.say({ type: 'child.ponged', ref: 1 });
      clock.increment(90_000);

      expect(actor.getSnapshot().value).toBe('idle');
      expect(child.told).toEqual([
        { type: 'ping', ref: 1 },
        { type: 'ping', ref: 2 },
      ]);
      actor.stop();
    },
  },
  {
    title: 'stops beating when it has ended',
    run: (machine) => {
      const { advance, child, children, timers } = startBeating(machine);
      advance(firstBeatMs);

      child.say({ type: 'child.closed', code: 0, signal: null });

      expect(children()).toEqual([]);
      expect(timers()).toEqual([]);
    },
  },
];
