import type { Failure } from '../errors.js';
import type { Event as HeartbeatEvent } from './heartbeat.types.js';
import type { JobEnd, Launch } from './job.types.js';
import { verdictOn } from './job-process.causes.js';
import type {
  Command,
  Context,
  Emitted,
  Event,
  Exit,
  SamplerCommand,
  Timeouts,
  Timings,
  Traces,
} from './job-process.types.js';
import type { Event as MemoryEvent } from './memory.types.js';
import { steps } from './support.js';

/** What a job process does, beside its chart. */

type Params = object | undefined;

const holds = <P extends Params = undefined>(
  change: (params: P, context: Context) => Partial<Context>,
) =>
  steps<Context, Event, Emitted, P>(({ context, enqueue }, params) => {
    enqueue.assign(change(params, context));
  });

const tells = <P extends Params = undefined>(command: (params: P) => Command) =>
  steps<Context, Event, Emitted, P>(({ enqueue }, params) => {
    enqueue.sendTo('child', command(params));
  });

const beats = <P extends Params = undefined>(event: (params: P) => HeartbeatEvent) =>
  steps<Context, Event, Emitted, P>(({ enqueue }, params) => {
    enqueue.sendTo('heartbeat', event(params));
  });

/** What is kept of the facts. */
export const kept = {
  holdPid: holds<{ pid: number }>(({ pid }) => ({ pid })),
  holdTimings: holds<{ timings: Timings }>(({ timings }) => ({ timings })),
  holdJob: holds<{ launch: Launch }>(({ launch }, { jobsLeft }) => ({
    jobId: launch.jobId,
    jobsLeft: jobsLeft - 1,
  })),
  /** Its job is the last one. */
  forgoJobs: holds(() => ({ jobsLeft: 0 })),
  forgetJob: holds(() => ({ jobId: undefined, started: false, end: undefined, settled: true })),
  holdSettled: holds(() => ({ settled: true })),
  holdStart: holds(() => ({ started: true })),
  holdEnd: holds<{ end: JobEnd }>(({ end }, { cause }) => ({ end: verdictOn(end, cause) })),
  holdExit: holds<Exit>(({ code, signal }) => ({ exit: { code, signal } })),
  holdTraces: holds<Traces>(({ ranMs, stderr }) => ({ traces: { ranMs, stderr } })),
  blame: holds<Failure>((cause, context) => ({ cause: context.cause ?? cause })),
};

/** What the child process is told, its heartbeat, and who watches its memory. */
export const commands = {
  startJob: tells<{ launch: Launch }>(({ launch }) => ({ type: 'start', launch })),
  askToEnd: steps<Context, Event, Emitted, { reason: string; graceMs?: number }>(
    ({ context, enqueue }, { reason, graceMs = context.child.graceMs }) => {
      const shutdown = { reason, graceMs };
      enqueue.assign({ shutdown });
      enqueue.sendTo('child', { type: 'shutdown', ...shutdown });
    },
  ),
  guardChild: tells(() => ({ type: 'guard' })),
  describeChild: steps<Context, Event, Emitted>(({ context, enqueue, self }) => {
    const { slot, pid, jobId, cause, timings, child } = context;
    const { value: state } = self.getSnapshot() as unknown as { value: unknown };
    const process = { slot, pid, jobId, state, cause, timings };
    if (child.dumpDir !== undefined) enqueue.sendTo('child', { type: 'describe', process });
  }),
  letLeave: tells(() => ({ type: 'leave' })),
  letLeaveAndStay: tells(() => ({ type: 'leave', stay: true })),
  terminateGroup: tells(() => ({ type: 'terminate' })),
  killGroup: tells(() => ({ type: 'kill' })),
  ping: tells<{ ref: number }>(({ ref }) => ({ type: 'ping', ref })),
  passPong: beats<{ ref: number }>(({ ref }) => ({ type: 'ponged', ref })),
  watchMemory: steps<Context, Event, Emitted>(({ context: { pid }, enqueue }) => {
    if (pid !== undefined)
      enqueue.sendTo('sampler', { type: 'watch', pid } satisfies SamplerCommand);
  }),
  passSample: steps<Context, Event, Emitted, { megabytes: number }>(
    ({ enqueue }, { megabytes }) => {
      enqueue.sendTo('memory', { type: 'sampled', megabytes } satisfies MemoryEvent);
    },
  ),
  beatAtRest: beats(() => ({ type: 'rest' })),
  beatAtWork: beats(() => ({ type: 'work' })),
};

/** A limit is counted in ticks of the machine's own timer. */
const tickMs = 250;

type Limit = NonNullable<Context['limit']>;

const arms = (type: Limit['type'], msOf: (timeouts: Timeouts) => number) =>
  steps<Context, Event, Emitted>(({ context, enqueue }) => {
    const leftMs = msOf(context.timeouts);
    const isLimited = leftMs !== Number.POSITIVE_INFINITY;
    enqueue.cancel('limit.tick');
    enqueue.assign({ limit: isLimited ? { type, leftMs } : undefined });
    if (isLimited) enqueue.raise({ type: 'limit.tick' }, tickOf(leftMs));
  });

const tickOf = (leftMs: number) => ({ id: 'limit.tick', delay: Math.min(leftMs, tickMs) });

/**
 * Limits that options give; `Infinity` is none. A worker that was frozen or stalled counts one tick
 * at most, and so has time to read what its child said meanwhile.
 */
export const limits = {
  armInitializeTimeout: arms('initializeTimeout.passed', ({ initializeMs }) => initializeMs),
  armStartTimeout: arms('startTimeout.passed', ({ startMs }) => startMs),
  armShutdownTimeout: arms('shutdownTimeout.passed', ({ shutdownMs }) => shutdownMs),
  countTick: steps<Context, Event, Emitted>(({ context: { limit }, enqueue }) => {
    if (!limit) return;
    const leftMs = limit.leftMs - tickMs;
    enqueue.assign({ limit: leftMs > 0 ? { ...limit, leftMs } : undefined });
    if (leftMs > 0) enqueue.raise({ type: 'limit.tick' }, tickOf(leftMs));
    else enqueue.raise({ type: limit.type });
  }),
  disarm: steps<Context, Event, Emitted>(({ enqueue }) => {
    enqueue.cancel('limit.tick');
    enqueue.assign({ limit: undefined });
  }),
};
