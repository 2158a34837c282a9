import type {
  Output as Ended,
  Event as ProcessEvent,
  Input as ProcessInput,
} from './job-process.types.js';
import { pauseAfter } from './process-pool.endings.js';
import { type Aim, changed, plan, spare, withoutStock } from './process-pool.members.js';
import type { Context, Emitted, Event } from './process-pool.types.js';
import { type Slot, steps } from './support.js';

/** What a pool does with its stock of processes. */

const intensityWindowMs = 30_000;

/** A machine that serves as a `jobProcess`. */
export type ProcessLogic = Slot<ProcessEvent, ProcessInput, Ended>;

interface ProcessActor {
  readonly src: 'jobProcess';
  readonly logic: ProcessLogic;
  readonly id: `proc.${number}`;
}

/** Actions about the stock of processes. */
export const stock = {
  /** Gives waiting jobs to warm processes, then starts what is missing. */
  balance: steps<Context, Event, Emitted, { aim: Aim }, ProcessActor>(
    ({ context, enqueue }, { aim }) => {
      const { members, queue, handed, starts } = plan(context, aim);
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
  rebalance: steps<Context, Event, Emitted>(({ enqueue }) => {
    enqueue.raise({ type: 'balance' });
  }),
  holdTarget: steps<Context, Event, Emitted, { idle: number }>(({ enqueue }, { idle }) => {
    enqueue.assign({ idle });
  }),
  keep: steps<Context, Event, Emitted, { keep: number }>(({ enqueue }, { keep }) => {
    enqueue.assign({ idle: keep });
  }),
  holdReady: steps<Context, Event, Emitted, { slot: number }>(({ context, enqueue }, { slot }) => {
    const { members, order } = context;
    enqueue.assign({
      members: changed(members, slot, { phase: 'warm', order }),
      order: order + 1,
      failuresInARow: 0,
    });
  }),
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
      enqueue.assign({ members: withoutStock(members), idle: 0 });
      for (const { slot } of members) enqueue.sendTo(`proc.${slot}`, { type: 'shutdown', reason });
    },
  ),
  killAll: steps<Context, Event, Emitted>(({ context: { members }, enqueue }) => {
    enqueue.assign({ members: withoutStock(members), idle: 0 });
    for (const { slot } of members) enqueue.sendTo(`proc.${slot}`, { type: 'kill' });
  }),
};
