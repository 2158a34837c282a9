import type { Failure } from '../../../src/errors.js';
import { jobProcessMachine } from '../../../src/machines/job-process.machine.js';
import type {
  ChildInput,
  Command,
  Output as Ended,
  Fact,
  Event as ProcessEvent,
  Input as ProcessInput,
  Emitted as ProcessTold,
} from '../../../src/machines/job-process.types.js';
import type { processPoolMachine } from '../../../src/machines/process-pool.machine.js';
import { fakeChild, fakePort, type Instance } from '../../support/fake-ports.js';
import { fakeSampler } from '../../support/fake-sampler.js';
import { run, taken } from '../../support/run-machine.js';
import {
  childInput,
  failure,
  launchOf,
  processLimits,
  processTimeouts,
} from '../../support/samples.js';

export type Machine = typeof processPoolMachine;
export type Process = Instance<ProcessEvent, ProcessInput, ProcessTold, Ended>;

interface Setting {
  readonly idle?: number;
  readonly concurrency?: number;
  readonly alone?: boolean;
  /** Jobs of one process. */
  readonly jobs?: number;
}

export const inputOf = ({ idle = 1, concurrency = 4, jobs = 1 }: Setting) => ({
  child: childInput,
  timeouts: processTimeouts,
  limits: { ...processLimits, jobs },
  idle,
  concurrency,
});

/** A pool whose processes are the test. */
export const start = (machine: Machine, setting: Setting = {}) => {
  const { alone = false } = setting;
  const processes = fakeChild<ProcessEvent, ProcessInput, Ended, ProcessTold>();
  const provided = machine.provide({ actors: { jobProcess: processes.logic } });
  const subject = run(provided, { id: 'pool', alone, input: inputOf(setting) });
  return {
    ...subject,
    processes,
    proc: (slot: number): Process => processes.at(`proc.${slot}`),
    /** Slots of the processes that live, in the order of their starts. */
    slots: () => processes.live.map(({ input }) => input.slot),
  };
};

export type Pool = ReturnType<typeof start>;

/** A pool of real process machines: their children and samplers are the test, no heart beats. */
export const startWired = (machine: Machine, setting: Setting = {}) => {
  const children = fakePort<Command, ChildInput, Fact>();
  const samplers = fakeSampler();
  const jobProcess = jobProcessMachine.provide({
    actors: {
      childProcess: children.logic,
      memorySampler: samplers.logic,
      heartbeat: fakeChild().logic as never,
    },
  });
  const provided = machine.provide({ actors: { jobProcess: jobProcess as never } });
  const subject = run(provided, { id: 'pool', input: inputOf(setting) });
  return { ...subject, children, samplers };
};

/** Lets processes become warm, in this order. */
export const warmUp = ({ proc }: Pool, ...slots: readonly number[]) => {
  for (const slot of slots)
    proc(slot).say({ type: 'process.ready', slot, pid: 40 + slot, timings: {} });
};

/** A pool with all its processes warm, and nothing told yet. */
export const startWarm = (machine: Machine, setting: Setting & { readonly idle: number }) => {
  const pool = start(machine, { concurrency: setting.idle, ...setting });
  warmUp(pool, ...pool.slots());
  taken(pool.toParent);
  return pool;
};

/** Gives the pool a job to run. */
export const launch = ({ send }: Pick<Pool, 'send'>, jobId: string) => {
  const event = { type: 'launch', launch: launchOf(jobId) } as const;
  send(event);
  return event.launch;
};

/** Lets the process in a slot acknowledge and run its job. */
export const acknowledge = ({ proc }: Pool, slot: number, jobId: string) =>
  proc(slot).say({ type: 'process.started', slot, jobId, pid: 40 + slot });

/** The verdict over a process that was not used; the rest is spelled out. */
export const outputOf = (slot: number, more: Partial<Ended> = {}): Ended => ({
  slot,
  pid: 40 + slot,
  jobId: undefined,
  outcome: 'unused',
  started: false,
  reported: false,
  settled: true,
  wasWarm: true,
  exit: { code: 0, signal: null },
  traces: undefined,
  error: undefined,
  cut: undefined,
  timings: undefined,
  ...more,
});

/** Lets the process in a slot end. */
export const end = ({ proc }: Pool, slot: number, more: Partial<Ended> = {}) =>
  proc(slot).done(outputOf(slot, more));

/** What the pool tells of a start that failed. */
export const failedStart = (error: Failure, retryMs: number, more: object = {}) => ({
  type: 'pool.failed',
  slot: 0,
  pid: undefined,
  error,
  retryMs,
  ranMs: 0,
  stderr: [],
  ...more,
});

/** Lets the start of a process fail; without a pid its pauses are the same everywhere. */
export const failStart = (pool: Pool, slot: number, error: Failure = failure) =>
  end(pool, slot, { pid: undefined, wasWarm: false, error });

/** Lets the start of `proc.0` fail so often that one more failure is too much. */
export const failOften = (pool: Pool) => {
  for (const pauseMs of pauses.slice(0, 4)) {
    failStart(pool, 0);
    pool.advance(pauseMs);
  }
  taken(pool.toParent);
};

/** The pauses after failed starts in a row. */
export const pauses = [90, 181, 362, 724] as const;

/** A failure that can be told from the others. */
export const lastFailure: Failure = { code: 'ERR_LAST', message: 'the last straw' };

/** The job that a process was given last. */
export const jobOf = ({ told }: Process): string | undefined =>
  told.findLast((event) => event.type === 'job.assign')?.launch.jobId;
