import type { SnapshotFrom } from 'xstate';
import type { Output as Ended } from '../../src/machines/job-process.types.js';
import type { processPoolMachine } from '../../src/machines/process-pool.machine.js';
import type { Event, Member } from '../../src/machines/process-pool.types.js';
import { fakeChild } from '../support/fake-ports.js';
import { isIn, tellsWhatItEmits, toldParent } from '../support/invariants.js';
import type { Invariant, Walk } from '../support/paths.js';
import {
  childInput,
  failure,
  launchOf,
  processLimits,
  processTimeouts,
} from '../support/samples.js';

type Machine = typeof processPoolMachine;
type Snapshot = SnapshotFrom<Machine>;

/** What a walk remembers of each job that the pool took: how often it got a verdict. */
type Memory = Readonly<Record<string, number>>;

const verdicts = ['job.exited', 'job.unstartable'];

const held = ({ context: { members, queue } }: Snapshot): string[] =>
  [...queue, ...members.flatMap(({ job }) => job ?? [])].map(({ launch }) => launch.jobId).sort();

const invariants: readonly Invariant<Machine, Memory>[] = [
  tellsWhatItEmits,
  {
    title: 'has an actor for each member, and a member for each actor',
    holds: ({ after }) =>
      after.status !== 'active' ||
      Object.keys(after.children).sort().join() ===
        after.context.members
          .map(({ slot }) => `proc.${slot}`)
          .sort()
          .join(),
  },
  {
    title: 'holds each job in one place, or has told its end exactly once',
    holds: ({ after, memory }) => {
      const open = Object.keys(memory).filter((jobId) => memory[jobId] === 0);
      return (
        held(after).join() === open.sort().join() && Object.values(memory).every((n) => n <= 1)
      );
    },
  },
  {
    title: 'starts no more processes at a time than it may',
    holds: ({ after: { context } }) =>
      context.members.filter(({ phase }) => phase === 'starting').length <= context.concurrency,
  },
  {
    title: 'gives jobs to warm processes without one, the oldest first',
    holds: ({ before, sent }) => {
      const takers = sent.filter(({ event }) => event.type === 'job.assign').map(({ to }) => to);
      const free = (before?.context.members ?? []).filter(({ phase }) => phase === 'warm');
      const oldest = free.toSorted((a, b) => a.order - b.order).map(({ slot }) => `proc.${slot}`);
      const expected = oldest.slice(0, takers.length);
      return takers.every((to, n) => (expected[n] ?? to) === to);
    },
  },
  {
    title: 'starts nothing without need while it drains',
    holds: ({ before, after: { context }, started }) =>
      before === undefined ||
      !isIn(before.value, 'draining') ||
      started.length <= Math.max(context.idle, 0) + context.queue.length,
  },
  {
    title: 'is closed only when nothing is left',
    holds: ({ after: { status, context } }) =>
      status !== 'done' || context.members.length + context.queue.length === 0,
  },
];

const output = (slot: number, more: Partial<Ended>): Ended => ({
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

const over = (slot: number, more: Partial<Ended> = {}): Event => ({
  type: `xstate.done.actor.proc.${slot}`,
  actorId: `proc.${slot}`,
  output: output(slot, more),
});

const heavy = (slot: number, limitMb: number | undefined): Event => ({
  type: 'process.heavy',
  slot,
  pid: 40 + slot,
  megabytes: 2_100,
  limitMb,
});

/** What may go wrong on a way. */
interface Troubles {
  readonly failedStarts: boolean;
  readonly brokenActors: boolean;
  /** Processes may be free again after their job. */
  readonly recycles?: boolean;
}

/** What a process in this phase may say; it may end in every one of them. */
function facts(
  { slot, phase, job }: Member,
  { failedStarts, brokenActors, recycles = false }: Troubles,
): Event[] {
  const jobId = job?.launch.jobId;
  const failed = { jobId, outcome: 'failed', error: failure } as const;
  const said: Record<Member['phase'], Event[]> = {
    starting: [
      { type: 'process.ready', slot, pid: 40 + slot, timings: {} },
      ...(failedStarts ? [over(slot, { wasWarm: false, error: failure })] : []),
    ],
    warm: [
      over(slot, { error: failure }),
      { type: 'process.slow', slot, silentMs: 500 },
      heavy(slot, undefined),
    ],
    assigned: [
      { type: 'process.started', slot, jobId: jobId ?? '', pid: 40 + slot },
      over(slot, failed),
      over(slot, { ...failed, started: true }),
    ],
    running: [
      { type: 'process.finished', slot, jobId: jobId ?? '', end: { outcome: 'success' } },
      over(slot, { jobId, outcome: 'success', started: true, reported: true }),
      ...(recycles ? [{ type: 'process.freed', slot, jobId: jobId ?? '' } as const] : []),
      over(slot, { ...failed, started: true }),
    ],
    ending: [over(slot)],
  };
  const broke: Event = {
    type: `xstate.error.actor.proc.${slot}`,
    actorId: `proc.${slot}`,
    error: new Error('broke'),
  };
  return [...said[phase], ...(brokenActors ? [broke] : [])];
}

/** Jobs that wait or were given away without a word from their process yet. */
const unacknowledged = ({ context: { members, queue } }: Snapshot): string[] =>
  [
    ...queue,
    ...members.flatMap(({ phase, job }) => (phase === 'assigned' && job ? [job] : [])),
  ].map(({ launch }) => launch.jobId);

const events =
  (jobs: readonly string[], troubles: Troubles, most: number) =>
  (snapshot: Snapshot, memory: Memory): Event[] => [
    ...snapshot.context.members.flatMap((member) => facts(member, troubles)),
    // Processes take their time to end; a few at a time are enough to meet all there is.
    ...(snapshot.context.members.length < most ? commands(snapshot, memory, jobs) : []),
    // Two jobs at once, or actors that break, make a walk long enough.
    ...(snapshot.context.members.length < most && jobs.length < 2 && !troubles.brokenActors
      ? adjustments
      : []),
  ];

const commands = (snapshot: Snapshot, memory: Memory, jobs: readonly string[]): Event[] => [
  ...jobs
    .filter((jobId) => memory[jobId] === undefined)
    .slice(0, 1)
    .map((jobId): Event => ({ type: 'launch', launch: launchOf(jobId) })),
  ...snapshot.context.members.map(({ slot }) => heavy(slot, 2_000)),
  ...unacknowledged(snapshot).map(
    (jobId): Event => ({ type: 'launch.cancel', jobId, reason: 'ended by the server' }),
  ),
  ...held(snapshot)
    .slice(0, 1)
    .flatMap((jobId): Event[] => [
      { type: 'job.shutdown', jobId, reason: 'asked' },
      { type: 'outcome.delivered', jobId },
    ]),
  { type: 'drain', keep: 0 },
  { type: 'kill' },
];

const adjustments: readonly Event[] = [
  { type: 'target.set', idle: 0 },
  { type: 'target.set', idle: 1 },
  { type: 'drain', keep: 1 },
  { type: 'shutdown', reason: 'asked' },
];

/** Orders count up for ever; what matters is who is older. */
function key({ context: { members, queue, idle, failures } }: Snapshot): unknown {
  const warm = members.filter(({ phase }) => phase === 'warm');
  const ranked = warm.toSorted((a, b) => a.order - b.order).map(({ slot }) => slot);
  return [
    members.map(({ slot, phase, job }) => [slot, phase, job?.launch.jobId, job?.tries]),
    ranked,
    queue.map(({ launch, tries }) => [launch.jobId, tries]),
    idle,
    Math.min(failures, 5),
  ];
}

const told = (step: Parameters<typeof toldParent>[0], event: { type: string; jobId?: string }) => [
  ...verdicts.flatMap((type) => toldParent(step, type).map(({ jobId }) => jobId as string)),
  ...(event.type === 'launch.cancel' && event.jobId ? [event.jobId] : []),
];

const through = (
  idle: number,
  jobs: readonly string[],
  troubles: Troubles,
  most: number,
): Walk<Machine, Memory> => ({
  input: {
    child: childInput,
    timeouts: processTimeouts,
    limits: processLimits,
    idle,
    concurrency: 2,
  },
  provide: (machine) => machine.provide({ actors: { jobProcess: fakeChild().logic as never } }),
  events: events(jobs, troubles, most),
  key,
  memory: {
    initial: {},
    next: (memory, step) => {
      const { event } = step;
      const taken = event.type === 'launch' ? { ...memory, [event.launch.jobId]: 0 } : memory;
      const counts = { ...taken };
      for (const jobId of told(step, event as never)) counts[jobId] = (counts[jobId] ?? 0) + 1;
      return counts;
    },
  },
  invariants,
});

/**
 * Ways through a pool: starts that fail, a job among processes that die, jobs that wait, and jobs
 * one after the other in the same process.
 */
export const paths: readonly Walk<Machine, Memory>[] = [
  through(1, [], { failedStarts: true, brokenActors: false }, 2),
  through(1, ['job-1'], { failedStarts: false, brokenActors: true }, 2),
  through(0, ['job-1'], { failedStarts: true, brokenActors: false }, 1),
  through(0, ['job-1', 'job-2'], { failedStarts: false, brokenActors: false }, 2),
  through(1, ['job-1'], { failedStarts: false, brokenActors: false, recycles: true }, 2),
  through(0, ['job-1', 'job-2'], { failedStarts: false, brokenActors: false, recycles: true }, 1),
];
