import { expect } from 'vitest';
import { createActor, SimulatedClock } from 'xstate';
import type {
  Event as HeartbeatEvent,
  Input as HeartbeatInput,
} from '../../../src/machines/heartbeat.types.js';
import type { jobProcessMachine } from '../../../src/machines/job-process.machine.js';
import type {
  ChildInput,
  Command,
  Fact,
  Output,
  Timeouts,
  Timings,
} from '../../../src/machines/job-process.types.js';
import { fakeChild, fakePort } from '../../support/fake-ports.js';
import { fakeSampler } from '../../support/fake-sampler.js';
import { type RunOptions, run, taken } from '../../support/run-machine.js';
import { childInput, launchOf, processLimits, processTimeouts } from '../../support/samples.js';

export type Machine = typeof jobProcessMachine;

export const timings: Timings = { online: 30, ready: 120 };
export const launch = launchOf('job-1');

interface Setting extends Partial<Timeouts> {
  readonly alone?: boolean;
  readonly dumpDir?: string;
  readonly jobs?: number;
}

const options = ({
  alone = false,
  dumpDir,
  jobs = 1,
  ...timeouts
}: Setting): RunOptions<Machine> => ({
  id: 'proc.3',
  alone,
  input: {
    slot: 3,
    child: { ...childInput, dumpDir },
    timeouts: { ...processTimeouts, ...timeouts },
    limits: { ...processLimits, jobs },
  },
});

/** A process whose child, heartbeat and memory sampler are the test. */
export const start = (machine: Machine, setting: Setting = {}) => {
  const child = fakePort<Command, ChildInput, Fact>();
  const pulse = fakeChild<HeartbeatEvent, HeartbeatInput>();
  const sampler = fakeSampler();
  const provided = machine.provide({
    actors: {
      childProcess: child.logic,
      heartbeat: pulse.logic,
      memorySampler: sampler.logic,
    },
  });
  return { ...run(provided, options(setting)), child, pulse, sampler };
};

/** A process with its real heartbeat. */
export const startBeating = (machine: Machine, setting: Setting = {}) => {
  const child = fakePort<Command, ChildInput, Fact>();
  const provided = machine.provide({
    actors: { childProcess: child.logic, memorySampler: fakeSampler().logic },
  });
  const subject = { ...run(provided, options(setting)), child };
  warmUp(subject);
  return subject;
};

/** A process in a worker that may be frozen: time jumps, and a timer fires once after each jump. */
export const startFreezing = (machine: Machine) => {
  const clock = new SimulatedClock();
  const child = fakePort<Command, ChildInput, Fact>();
  const provided = machine.provide({
    actors: {
      childProcess: child.logic,
      heartbeat: fakeChild<HeartbeatEvent, HeartbeatInput>().logic,
      memorySampler: fakeSampler().logic,
    },
  });
  const actor = createActor(provided, { clock, input: options({}).input }).start();
  return { actor, child, clock };
};

/** A process without anything. */
export const startBare = (machine: Machine) => run(machine, options({ alone: true }));

type Subject = Pick<ReturnType<typeof start>, 'child' | 'send' | 'toParent'>;

/** Lets the child become warm, and forgets what was told. */
export const warmUp = ({ child, toParent }: Pick<Subject, 'child' | 'toParent'>) => {
  child.say({ type: 'child.spawned', pid: 41 });
  child.say({ type: 'child.online' });
  child.say({ type: 'child.ready', timings });
  taken(toParent);
};

/** Gives the warm child its job. */
export const assign = (subject: Subject) => {
  warmUp(subject);
  subject.send({ type: 'job.assign', launch });
  expect(taken(subject.child.told)).toEqual([{ type: 'start', launch }, { type: 'guard' }]);
};

/** Lets the child run its job, and forgets what was told. */
export const runJob = (subject: Subject) => {
  assign(subject);
  subject.child.say({ type: 'child.started', jobId: 'job-1' });
  taken(subject.toParent);
};

/** The verdict over a process that never was warm; the rest is spelled out. */
export const outputWith = (more: Partial<Output>): Output => ({
  slot: 3,
  pid: 41,
  jobId: undefined,
  outcome: 'unused',
  started: false,
  reported: false,
  settled: more.jobId !== undefined,
  wasWarm: false,
  exit: undefined,
  traces: undefined,
  error: undefined,
  cut: undefined,
  timings: undefined,
  ...more,
});

/** What a warm process that got the job has in its verdict. */
export const withJob = { jobId: 'job-1', wasWarm: true, timings } as const;
export const withoutJob = { outcome: 'unused', wasWarm: true, timings } as const;

/** The ways to bring a process into each state in which it may be asked to end. */
export const stages: readonly {
  readonly name: string;
  readonly reach: (subject: Subject) => void;
}[] = [
  { name: 'spawning', reach: ({ child }) => child.say({ type: 'child.spawned', pid: 41 }) },
  {
    name: 'prewarming',
    reach: ({ child }) => {
      child.say({ type: 'child.spawned', pid: 41 });
      child.say({ type: 'child.online' });
    },
  },
  { name: 'idle', reach: warmUp },
  { name: 'assigned', reach: assign },
  { name: 'running', reach: runJob },
];
