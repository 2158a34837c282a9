import type { AnyActorRef } from 'xstate';
import type {
  Output as Ended,
  Event as ProcessEvent,
  Input as ProcessInput,
  Timings,
} from './job-process.types.js';
import { pauseAfter } from './process-pool.endings.js';
import {
  type Aim,
  changed,
  plan,
  spare,
  type Takes,
  viewOf,
  warm,
  withoutStock,
} from './process-pool.members.js';
import type { Context, Emitted, Event, PoolView, WaitingJob } from './process-pool.types.js';
import { tellAll, type Voice } from './process-pool.voice.js';
import { messageOf, type Slot, steps } from './support.js';

/** What a pool does with its stock of processes. */

const intensityWindowMs = 30_000;
/** What the answer to an offer promises: its job starts within this time. */
const startBudgetMs = 2_500;
/** A policy that always wants one more. */
const mostWarm = 1_000;

/** A machine that serves as a `jobProcess`. */
export type ProcessLogic = Slot<ProcessEvent, ProcessInput, Ended>;

interface ProcessActor {
  readonly src: 'jobProcess';
  readonly logic: ProcessLogic;
  readonly id: `proc.${number}`;
}

/** The guards that a user may replace. */
type PolicyGuard =
  | { type: 'getsProcess'; params: WaitingJob }
  | { type: 'keepsWarm'; params: PoolView };

interface Asking {
  readonly context: Context;
  readonly enqueue: Voice & { assign(change: Partial<Context>): void };
  readonly self: { readonly _parent?: AnyActorRef | undefined };
}

/** Asks a policy; one that throws decides nothing, and is told once. */
const asking = ({ context, enqueue, self }: Asking) => {
  let isWary = context.isWary;
  return <Answer>(ask: () => Answer, without: Answer): Answer => {
    try {
      return ask();
    } catch (thrown) {
      const error = { code: 'ERR_POLICY', message: 'a policy of the pool threw' };
      const event = { type: 'pool.policy', error, thrown: messageOf(thrown) } as const;
      if (!isWary) tellAll([event], enqueue, self._parent);
      isWary = true;
      enqueue.assign({ isWary });
      return without;
    }
  };
};

/** Actions about the stock of processes. */
export const stock = {
  /** Gives waiting jobs to warm processes, then starts what is missing. */
  balance: steps<Context, Event, Emitted, { aim: Aim }, ProcessActor, PolicyGuard>(
    ({ context, enqueue, self, check }, { aim }) => {
      const decided = asking({ context, enqueue, self });
      const takes: Takes = ({ launch: { jobId, participation } }, view) =>
        // Who leaves serves what it has accepted, and asks nobody.
        aim === 'waiting' ||
        decided(
          () => check({ type: 'getsProcess', params: { ...view, jobId, participation } }),
          true,
        );
      const { members, queue, handed, starts } = plan(context, aim, takes);
      const { child, timeouts, limits } = context;
      enqueue.assign({ members, queue });
      for (const { slot, job } of handed)
        enqueue.sendTo(`proc.${slot}`, { type: 'job.assign', launch: job.launch });
      for (const slot of starts)
        enqueue.spawnChild('jobProcess', {
          id: `proc.${slot}`,
          input: { slot, child, timeouts, limits },
        });
    },
  ),
  /** How many warm processes the policy wants: as long as it says yes, one more. */
  retarget: steps<Context, Event, Emitted, undefined, never, PolicyGuard>(
    ({ context, enqueue, self, check }) => {
      const view = viewOf(context);
      const count = (): number => {
        let warm = 0;
        while (warm < mostWarm && check({ type: 'keepsWarm', params: { ...view, warm } }))
          warm += 1;
        return warm;
      };
      const wanted = asking({ context, enqueue, self })(count, context.idle);
      enqueue.assign({ wanted });
    },
  ),
  /** How many jobs can start in time. Without warm processes by choice each waits for its own. */
  countPlaces: steps<Context, Event, Emitted>(({ context, enqueue, self }) => {
    const { isStore, startMs = 0 } = context;
    const places = isStore && startMs > startBudgetMs ? warm(context).length : undefined;
    if (places === context.places) return;
    enqueue.assign({ places });
    tellAll([{ type: 'pool.places', places }], enqueue, self._parent);
  }),
  rebalance: steps<Context, Event, Emitted>(({ enqueue }) => {
    enqueue.raise({ type: 'balance' });
  }),
  holdTarget: steps<Context, Event, Emitted, { idle: number }>(({ enqueue }, { idle }) => {
    enqueue.assign({ idle });
  }),
  keep: steps<Context, Event, Emitted, { keep: number }>(({ enqueue }, { keep }) => {
    enqueue.assign({ idle: keep, wanted: keep });
  }),
  holdReady: steps<Context, Event, Emitted, { slot: number; timings: Timings }>(
    ({ context, enqueue }, { slot, timings }) => {
      const { members, order } = context;
      enqueue.assign({
        members: changed(members, slot, { phase: 'warm', order }),
        order: order + 1,
        failuresInARow: 0,
        startMs: timings.prewarmed,
      });
    },
  ),
  countFailure: steps<Context, Event, Emitted, Ended>(({ context, enqueue }, { pid, error }) => {
    const failuresInARow = context.failuresInARow + 1;
    enqueue.assign({
      failures: context.failures + 1,
      failuresInARow,
      pauseMs: pauseAfter(failuresInARow, pid),
      lastFailure: error,
    });
    enqueue.raise({ type: 'failure.forgotten' }, { delay: intensityWindowMs });
  }),
  forgetFailure: steps<Context, Event, Emitted>(({ context, enqueue }) => {
    enqueue.assign({ failures: context.failures - 1 });
  }),
  /** One that ends by itself is no stock any more. */
  retire: steps<Context, Event, Emitted, { slot: number }>(({ context, enqueue }, { slot }) => {
    enqueue.assign({ members: changed(context.members, slot, { phase: 'ending' }) });
  }),
  closeSpare: steps<Context, Event, Emitted>(({ context, enqueue }) => {
    const slots = spare(context);
    enqueue.assign({
      members: slots.reduce(
        (all, slot) => changed(all, slot, { phase: 'ending' }),
        context.members,
      ),
    });
    for (const slot of slots)
      enqueue.sendTo(`proc.${slot}`, { type: 'shutdown', reason: 'the pool is closing' });
  }),
  shutDownAll: steps<Context, Event, Emitted, { reason: string }>(
    ({ context: { members }, enqueue }, { reason }) => {
      enqueue.assign({ members: withoutStock(members), idle: 0, wanted: 0 });
      for (const { slot } of members) enqueue.sendTo(`proc.${slot}`, { type: 'shutdown', reason });
    },
  ),
  killAll: steps<Context, Event, Emitted>(({ context: { members }, enqueue }) => {
    enqueue.assign({ members: withoutStock(members), idle: 0, wanted: 0 });
    for (const { slot } of members) enqueue.sendTo(`proc.${slot}`, { type: 'kill' });
  }),
};
