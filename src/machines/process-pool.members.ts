import type { Failure } from '../errors.js';
import type { Output as Ended } from './job-process.types.js';
import type { Context, Member, PoolView, Waiting } from './process-pool.types.js';
import { freeSlot } from './support.js';

/** How often a job is given to a process before it counts as one that cannot start. */
const triesPerJob = 3;

type Stock = Pick<Context, 'members' | 'queue' | 'idle' | 'wanted' | 'concurrency'>;

const inPhase = (members: readonly Member[], phase: Member['phase']): readonly Member[] =>
  members.filter((member) => member.phase === phase);

/** The oldest first. */
export const warm = ({ members }: Pick<Stock, 'members'>): readonly Member[] =>
  inPhase(members, 'warm').toSorted((a, b) => a.order - b.order);

export const memberOf = (members: readonly Member[], slot: number): Member | undefined =>
  members.find((member) => member.slot === slot);

export const memberOfJob = (members: readonly Member[], jobId: string): Member | undefined =>
  members.find((member) => member.job?.launch.jobId === jobId);

/** The members with one of them changed. */
export const changed = (
  members: readonly Member[],
  slot: number,
  change: Partial<Member>,
): readonly Member[] =>
  members.map((member) => (member.slot === slot ? { ...member, ...change } : member));

/** What a pool may start processes for: its stock and waiting jobs, these only, one try, nothing. */
export type Aim = 'stock' | 'waiting' | 'probe' | 'nothing';

/** What the pool can do now: give waiting jobs to the oldest warm processes, and start new ones. */
export interface Plan {
  readonly members: readonly Member[];
  readonly queue: readonly Waiting[];
  readonly handed: readonly { readonly slot: number; readonly job: Waiting }[];
  readonly starts: readonly number[];
}

/** Whether a job may have a process of those that are warm. */
export type Takes = (job: Waiting, view: PoolView) => boolean;

export function plan(stock: Stock, aim: Aim, takes: Takes): Plan {
  const ready = warm(stock);
  const handed: { slot: number; job: Waiting }[] = [];
  for (const job of stock.queue) {
    const next = ready[handed.length];
    if (!next) break;
    const given = {
      warm: ready.length - handed.length,
      waiting: stock.queue.length - handed.length,
    };
    const busy = viewOf(stock).busy + handed.length;
    if (takes(job, { ...viewOf(stock), ...given, busy })) handed.push({ slot: next.slot, job });
  }
  const taken = new Set(handed.map(({ job }) => job));
  let members = handed.reduce(
    (all, { slot, job }) => changed(all, slot, { phase: 'assigned', job }),
    stock.members,
  );
  const queue = stock.queue.filter((job) => !taken.has(job));
  const starts: number[] = [];
  for (let n = missing({ ...stock, members, queue }, aim); n > 0; n -= 1) {
    const slot = freeSlot(members);
    starts.push(slot);
    members = [...members, { slot, phase: 'starting', order: 0, job: undefined }];
  }
  return { members, queue, handed, starts };
}

/** What a policy sees of the pool. */
export const viewOf = ({
  members,
  queue,
  idle,
}: Pick<Stock, 'members' | 'queue' | 'idle'>): PoolView => ({
  warm: inPhase(members, 'warm').length,
  idle,
  waiting: queue.length,
  busy: inPhase(members, 'assigned').length + inPhase(members, 'running').length,
});

function missing({ members, queue, wanted: kept, concurrency }: Stock, aim: Aim): number {
  const there = warm({ members }).length;
  const starting = inPhase(members, 'starting').length;
  const wanted = {
    stock: kept + queue.length,
    waiting: queue.length,
    probe: there + 1,
    nothing: 0,
  }[aim];
  return Math.min(wanted - there - starting, concurrency - starting);
}

/** Processes that are not wanted, nor needed by waiting jobs: first the newest go. */
export const spare = ({ members, wanted, queue }: Pick<Stock, 'members' | 'wanted' | 'queue'>) =>
  [...warm({ members }), ...inPhase(members, 'starting')]
    .slice(wanted + queue.length)
    .map(({ slot }) => slot);

/** What is told to end is no stock any more, so that nobody hands it out or counts its end as a failure. */
export const withoutStock = (members: readonly Member[]): readonly Member[] =>
  members.map((member) =>
    member.phase === 'starting' || member.phase === 'warm'
      ? { ...member, phase: 'ending' }
      : member,
  );

/** What becomes of a job whose process did not acknowledge it. */
export const retried = ({ launch, tries }: Waiting): Waiting | undefined =>
  tries + 1 < triesPerJob ? { launch, tries: tries + 1 } : undefined;

export const unacknowledged: Failure = {
  code: 'ERR_LAUNCH_FAILED',
  message: `The job was given to ${triesPerJob} processes and none of them acknowledged it.`,
};

/** Whether a process ended before it was warm, or before it had been warm for some seconds. */
export const failedToStart = (
  { members }: Pick<Stock, 'members'>,
  { slot, settled }: Ended,
): boolean => {
  const phase = memberOf(members, slot)?.phase;
  return phase === 'starting' || (phase === 'warm' && !settled);
};
