import type { Failure } from '../errors.js';
import type { Context, Member, Waiting } from './process-pool.types.js';
import { freeSlot } from './support.js';

/** How often a job is given to a process before it counts as one that cannot start. */
const triesPerJob = 3;

type Stock = Pick<Context, 'members' | 'queue' | 'order' | 'idle' | 'concurrency'>;

const inPhase = (members: readonly Member[], phase: Member['phase']): readonly Member[] =>
  members.filter((member) => member.phase === phase);

export const warm = ({ members }: Pick<Stock, 'members'>): readonly Member[] =>
  inPhase(members, 'warm').toSorted((a, b) => a.order - b.order);

export const starting = ({ members }: Pick<Stock, 'members'>): number =>
  inPhase(members, 'starting').length;

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

/** What the pool can do now: give waiting jobs to the oldest warm processes, and start new ones. */
export interface Plan {
  readonly members: readonly Member[];
  readonly queue: readonly Waiting[];
  readonly handed: readonly { readonly slot: number; readonly job: Waiting }[];
  readonly starts: readonly number[];
}

export function plan(stock: Stock, mayStart: number): Plan {
  const ready = warm(stock);
  const handed = stock.queue
    .slice(0, ready.length)
    .map((job, n) => ({ slot: ready[n]?.slot ?? -1, job }));
  let members = handed.reduce(
    (all, { slot, job }) => changed(all, slot, { phase: 'assigned', job }),
    stock.members,
  );
  const queue = stock.queue.slice(handed.length);
  const under = starting({ members });
  const missing = stock.idle + queue.length - warm({ members }).length - under;
  const count = Math.max(0, Math.min(missing, stock.concurrency - under, mayStart));
  const starts: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const slot = freeSlot(members);
    starts.push(slot);
    members = [...members, { slot, phase: 'starting', order: 0, job: undefined }];
  }
  return { members, queue, handed, starts };
}

/** Warm processes beyond those that accepted offers will need, newest first. */
export const surplus = ({ members, idle, queue }: Pick<Stock, 'members' | 'idle' | 'queue'>) =>
  warm({ members })
    .slice(idle + queue.length)
    .map(({ slot }) => slot);

/** What becomes of a job whose process did not acknowledge it. */
export const retried = ({ launch, tries }: Waiting): Waiting | undefined =>
  tries + 1 < triesPerJob ? { launch, tries: tries + 1 } : undefined;

export const unacknowledged: Failure = {
  code: 'ERR_LAUNCH_FAILED',
  message: `The job was given to ${triesPerJob} processes and none of them acknowledged it.`,
};
