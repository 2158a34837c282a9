import type { SnapshotFrom } from 'xstate';
import type { jobProcessMachine } from '../../src/machines/job-process.machine.js';
import { hasDeadlines, isIn, tellsWhatItEmits, toldParent } from '../support/invariants.js';
import type { Invariant, Walk } from '../support/paths.js';
import { childInput, failure, launchOf, processLimits } from '../support/samples.js';

type Machine = typeof jobProcessMachine;

/** Limits of one tick each, so that a walk need not count. */
const oneTick = { initializeMs: 250, startMs: 250, shutdownMs: 250, terminateMs: 2_000 };

/** What a walk remembers: commands to the child, and what was told to the pool. */
interface Memory {
  readonly freed: number;
  readonly starts: number;
  readonly started: number;
  readonly finished: number;
  readonly forced: boolean;
}

const commands = (
  step: { sent: readonly { to: string; event: { type: string } }[] },
  type: string,
) => step.sent.filter(({ to, event }) => to === 'child' && event.type === type).length;

const invariants: readonly Invariant<Machine, Memory>[] = [
  hasDeadlines(['idle', 'running']),
  tellsWhatItEmits,
  {
    title: 'gives its child one job at a time, and no more than it may',
    holds: ({ memory: { starts, freed }, after: { context } }) =>
      starts <= freed + 1 && starts <= context.limits.jobs,
  },
  {
    title: 'tells the start and the end of each job once each',
    holds: ({ memory: { starts, started, finished } }) => started <= starts && finished <= starts,
  },
  {
    title: 'lets the child leave only after the outcome was told',
    holds: (step) => commands(step, 'leave') === 0 || step.memory.finished === step.memory.starts,
  },
  {
    title: 'is free only after a success that was told',
    holds: (step) =>
      toldParent(step, 'process.freed').length === 0 ||
      (step.before?.context.end?.outcome === 'success' &&
        step.memory.finished === step.memory.freed &&
        isIn(step.after.value, 'idle')),
  },
  {
    title: 'ends only when the exit was seen, or after SIGKILL, or when the actor broke',
    holds: ({ after, event, memory }) =>
      after.status !== 'done' ||
      after.context.exit !== undefined ||
      memory.forced ||
      event.type === 'xstate.error.actor.child',
  },
  {
    title: 'calls nothing a success but what the child called one',
    holds: ({ after }) =>
      after.output?.outcome !== 'success' || after.context.end?.outcome === 'success',
  },
  {
    title: 'ends with the job it was given, and with a cause for every failure',
    holds: ({ after: { output, context } }) =>
      output === undefined ||
      (output.jobId === context.jobId &&
        (output.outcome !== 'failed' || output.error !== undefined)),
  },
  {
    title: 'calls no job a success that was ended for its memory',
    holds: ({ after: { output, context } }) =>
      context.cause?.code !== 'ERR_MEMORY_LIMIT' ||
      output === undefined ||
      output.outcome !== 'success',
  },
  {
    title: 'keeps the first cause',
    holds: ({ before, after }) =>
      before?.context.cause === undefined || after.context.cause === before.context.cause,
  },
];

/** Nothing is measured before the process is warm. */
const memory = [
  { type: 'memory.sampled', megabytes: 1_200 },
  { type: 'memory.heavy', megabytes: 1_200 },
  { type: 'memory.exceeded', megabytes: 2_100 },
] as const;

function events({ context, value }: SnapshotFrom<Machine>) {
  const { jobId, started, pid, timings } = context;
  const isWarm = timings !== undefined;
  const acknowledged = { type: 'child.started', jobId: jobId ?? '' } as const;
  return [
    ...(pid === undefined ? [{ type: 'child.spawned', pid: 41 } as const] : []),
    { type: 'child.online' },
    { type: 'child.ready', timings: { ready: 120 } },
    { type: 'child.failed', error: failure },
    ...(jobId !== undefined && !started ? [acknowledged] : []),
    ...(started ? [{ type: 'child.closing', reason: 'room is gone' } as const] : []),
    ...(started && !isIn(value, 'exited')
      ? ([
          { type: 'child.finished', end: { outcome: 'success' } },
          { type: 'child.finished', end: { outcome: 'failed', error: failure } },
        ] as const)
      : []),
    { type: 'child.ponged', ref: 1 },
    ...(started ? [{ type: 'child.freed' } as const] : []),
    { type: 'child.described' },
    { type: 'child.recorded', ranMs: 1, stderr: [] },
    { type: 'child.misbehaved', error: failure },
    { type: 'child.exited', code: 1, signal: null },
    { type: 'child.closed', code: 0, signal: null },
    { type: 'job.assign', launch: launchOf('job-1') },
    { type: 'shutdown', reason: 'asked' },
    { type: 'outcome.delivered' },
    { type: 'kill' },
    { type: 'pulse.due', ref: 1 },
    { type: 'pulse.slow', silentMs: 500 },
    { type: 'pulse.lost', silentMs: 60_000 },
    ...(isWarm ? memory : []),
    { type: 'xstate.error.actor.sampler', error: failure, actorId: 'sampler' },
    { type: 'xstate.error.actor.child', error: failure, actorId: 'child' },
  ] as const;
}

const walk = (dumpDir: string | undefined, jobs: number): Walk<Machine, Memory> => ({
  input: {
    slot: 3,
    child: { ...childInput, dumpDir },
    timeouts: oneTick,
    limits: { ...processLimits, jobs },
  },
  events,
  key: ({ context: { pid, jobId, jobsLeft, started, timings, exit, end, cause, shutdown } }) => [
    ...[pid, jobId, started, timings, exit, end, cause].map(
      (it) => it !== undefined && it !== false,
    ),
    // Where another job may follow, what speaks against it counts.
    ...(jobs > 1 ? [jobsLeft, end?.outcome, shutdown !== undefined] : []),
  ],
  memory: {
    initial: { freed: 0, starts: 0, started: 0, finished: 0, forced: false },
    next: (memory, step) => ({
      freed: memory.freed + toldParent(step, 'process.freed').length,
      starts: memory.starts + commands(step, 'start'),
      started: memory.started + toldParent(step, 'process.started').length,
      finished: memory.finished + toldParent(step, 'process.finished').length,
      forced: memory.forced || commands(step, 'kill') > 0,
    }),
  },
  invariants,
});

/**
 * Ways through the life of a process: of one that is described when it hangs, of one that is not,
 * and of one that runs two jobs.
 */
export const paths: readonly Walk<Machine, Memory>[] = [
  walk(undefined, 1),
  walk('/reports', 1),
  walk(undefined, 2),
];
