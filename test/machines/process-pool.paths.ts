import type { SnapshotFrom } from 'xstate';
import type { Output as Ended } from '../../src/machines/job-process.types.js';
import type { processPoolMachine } from '../../src/machines/process-pool.machine.js';
import type { Event, Member } from '../../src/machines/process-pool.types.js';
import { fakeChild } from '../support/fake-ports.js';
import { isIn, tellsWhatItEmits, toldParent } from '../support/invariants.js';
import type { Invariant, Walk } from '../support/paths.js';
import { childInput, failure, launchOf, processTimeouts } from '../support/samples.js';

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
  {
    title: 'tells that it is ready exactly when it has what it should have',
    holds: (step) =>
      toldParent(step, 'pool.ready').length === 0 ||
      step.after.context.members.filter(({ phase }) => phase === 'warm').length >=
        step.after.context.idle,
  },
];

const output = (slot: number, more: Partial<Ended>): Ended => ({
  slot,
  pid: 40 + slot,
  jobId: undefined,
  outcome: 'unused',
  started: false,
  reported: false,
  wasWarm: true,
  exit: { code: 0, signal: null },
  error: undefined,
  timings: undefined,
  ...more,
});

const over = (slot: number, more: Partial<Ended> = {}): Event => ({
  type: `xstate.done.actor.proc.${slot}`,
  actorId: `proc.${slot}`,
  output: output(slot, more),
});

/** What a process in this phase may say; it ends in every one of them. */
function facts({ slot, phase, job }: Member): Event[] {
  const jobId = job?.launch.jobId;
  const failed = { jobId, outcome: 'failed', error: failure } as const;
  const broke: Event = {
    type: `xstate.error.actor.proc.${slot}`,
    actorId: `proc.${slot}`,
    error: new Error('broke'),
  };
  const slow: Event = { type: 'process.slow', slot, silentMs: 500 };
  if (phase === 'starting')
    return [
      { type: 'process.ready', slot, pid: 40 + slot, timings: {} },
      over(slot, { wasWarm: false, error: failure }),
      broke,
    ];
  if (phase === 'warm') return [over(slot, { error: failure }), slow, broke];
  if (phase === 'assigned')
    return [
      { type: 'process.started', slot, jobId: jobId ?? '', pid: 40 + slot },
      over(slot, failed),
      over(slot, { ...failed, started: true }),
      broke,
    ];
  if (phase === 'running')
    return [
      { type: 'process.finished', slot, jobId: jobId ?? '', end: { outcome: 'success' } },
      over(slot, { jobId, outcome: 'success', started: true, reported: true }),
      over(slot, { ...failed, started: true }),
      broke,
    ];
  return [over(slot), broke];
}

/** Jobs that wait or were given away without a word from their process yet. */
const unacknowledged = ({ context: { members, queue } }: Snapshot): string[] =>
  [
    ...queue,
    ...members.flatMap(({ phase, job }) => (phase === 'assigned' && job ? [job] : [])),
  ].map(({ launch }) => launch.jobId);

const events =
  (jobs: readonly string[]) =>
  (snapshot: Snapshot, memory: Memory): Event[] => [
    ...jobs
      .filter((jobId) => memory[jobId] === undefined)
      .slice(0, 1)
      .map((jobId): Event => ({ type: 'launch', launch: launchOf(jobId) })),
    ...unacknowledged(snapshot).map(
      (jobId): Event => ({ type: 'launch.cancel', jobId, reason: 'ended by the server' }),
    ),
    ...held(snapshot).flatMap((jobId): Event[] => [
      { type: 'job.shutdown', jobId, reason: 'asked' },
      { type: 'outcome.delivered', jobId },
    ]),
    { type: 'target.set', idle: 0 },
    { type: 'target.set', idle: 1 },
    { type: 'drain', keep: 0 },
    { type: 'drain', keep: 1 },
    { type: 'shutdown', reason: 'asked' },
    { type: 'kill' },
    ...snapshot.context.members.flatMap(facts),
  ];

/** Orders count up for ever; what matters is who is older. */
function key({ context: { members, queue, idle, failures } }: Snapshot): unknown {
  const ranked = members.toSorted((a, b) => a.order - b.order).map(({ slot }) => slot);
  return [
    members.map(({ slot, phase, job }) => [slot, phase, job?.launch.jobId, job?.tries]),
    ranked,
    queue.map(({ launch, tries }) => [launch.jobId, tries]),
    idle,
    failures,
  ];
}

const told = (step: Parameters<typeof toldParent>[0], event: { type: string; jobId?: string }) => [
  ...verdicts.flatMap((type) => toldParent(step, type).map(({ jobId }) => jobId as string)),
  ...(event.type === 'launch.cancel' && event.jobId ? [event.jobId] : []),
];

const through = (
  idle: number,
  concurrency: number,
  jobs: readonly string[],
): Walk<Machine, Memory> => ({
  input: { child: childInput, timeouts: processTimeouts, idle, concurrency },
  provide: (machine) => machine.provide({ actors: { jobProcess: fakeChild().logic as never } }),
  events: events(jobs),
  key,
  memory: {
    initial: {},
    next: (memory, step) => {
      const { event } = step;
      const taken = event.type === 'launch' ? { ...memory, [event.launch.jobId]: 0 } : memory;
      return told(step, event as never).reduce(
        (counted, jobId) => ({ ...counted, [jobId]: (counted[jobId] ?? 0) + 1 }),
        taken,
      );
    },
  },
  invariants,
});

/** Ways through a pool: one warm process and one job, and jobs that start their own processes. */
export const paths: readonly Walk<Machine, Memory>[] = [
  through(1, 1, ['job-1']),
  through(0, 2, ['job-1', 'job-2']),
];
