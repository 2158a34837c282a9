import type { AnyActorRef } from 'xstate';
import type { Failure } from '../errors.js';
import type {
  Output as Ended,
  Event as ProcessEvent,
  Input as ProcessInput,
} from './job-process.types.js';
import { ended, pauseAfter } from './process-pool.endings.js';
import {
  type Aim,
  changed,
  memberOf,
  memberOfJob,
  plan,
  spare,
  withoutStock,
} from './process-pool.members.js';
import type { Context, Emitted, Event } from './process-pool.types.js';
import { type Slot, steps, stopTree } from './support.js';

/** What a pool does, beside its chart. */

const intensityWindowMs = 30_000;

/** A machine that serves as a `jobProcess`. */
export type ProcessLogic = Slot<ProcessEvent, ProcessInput, Ended>;

interface ProcessActor {
  readonly src: 'jobProcess';
  readonly logic: ProcessLogic;
  readonly id: `proc.${number}`;
}

type Told<Type extends Event['type']> = Extract<Event, { type: Type }>;

interface Voice {
  emit(event: Emitted): void;
  sendTo(parent: AnyActorRef, event: Emitted): void;
}

function tellAll(events: readonly Emitted[], enqueue: Voice, parent: AnyActorRef | undefined) {
  for (const event of events) {
    enqueue.emit(event);
    if (parent) enqueue.sendTo(parent, event);
  }
}

/** Actions about the stock of processes. */
export const stock = {
  /** Gives waiting jobs to warm processes, then starts what is missing. */
  balance: steps<Context, Event, Emitted, { aim: Aim }, ProcessActor>(
    ({ context, enqueue }, { aim }) => {
      const { members, queue, handed, starts } = plan(context, aim);
      enqueue.assign({ members, queue });
      for (const { slot, job } of handed)
        enqueue.sendTo(`proc.${slot}`, { type: 'job.assign', launch: job.launch });
      for (const slot of starts)
        enqueue.spawnChild('jobProcess', {
          id: `proc.${slot}`,
          input: { slot, child: context.child, timeouts: context.timeouts },
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
  reap: steps<Context, Event, Emitted, Ended>(({ context, enqueue, self }, output) => {
    const id = `proc.${output.slot}`;
    const gone = self.getSnapshot().children[id];
    if (gone) enqueue(() => stopTree(gone));
    enqueue.stopChild(id);
    const { members, queue, tell } = ended(context, output);
    enqueue.assign({ members, queue });
    tellAll(tell, enqueue, self._parent);
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

/** Actions about single jobs. */
export const jobs = {
  enqueueJob: steps<Context, Event, Emitted, Told<'launch'>>(({ context, enqueue }, { launch }) => {
    enqueue.assign({ queue: [...context.queue, { launch, tries: 0 }] });
  }),
  holdStarted: steps<Context, Event, Emitted, { slot: number }>(
    ({ context, enqueue }, { slot }) => {
      enqueue.assign({ members: changed(context.members, slot, { phase: 'running' }) });
    },
  ),
  forgetJob: steps<Context, Event, Emitted, Told<'launch.cancel'>>(
    ({ context, enqueue }, { jobId, reason }) => {
      enqueue.assign({ queue: context.queue.filter(({ launch }) => launch.jobId !== jobId) });
      const member = memberOfJob(context.members, jobId);
      if (!member) return;
      const change = { phase: 'ending', job: undefined } as const;
      enqueue.assign({ members: changed(context.members, member.slot, change) });
      enqueue.sendTo(`proc.${member.slot}`, { type: 'shutdown', reason });
    },
  ),
  shutDownJob: steps<Context, Event, Emitted, Told<'job.shutdown'>>(
    ({ context, enqueue }, { jobId, type: _, ...how }) => {
      const member = memberOfJob(context.members, jobId);
      if (member) enqueue.sendTo(`proc.${member.slot}`, { type: 'shutdown', ...how });
    },
  ),
  passDelivery: steps<Context, Event, Emitted, { jobId: string }>(
    ({ context, enqueue }, { jobId }) => {
      const member = memberOfJob(context.members, jobId);
      if (member) enqueue.sendTo(`proc.${member.slot}`, { type: 'outcome.delivered' });
    },
  ),
  failQueue: steps<Context, Event, Emitted, Failure>(({ context, enqueue, self }, error) => {
    enqueue.assign({ queue: [] });
    const tell = context.queue.map(
      ({ launch: { jobId } }): Emitted => ({ type: 'job.unstartable', jobId, error }),
    );
    tellAll(tell, enqueue, self._parent);
  }),
};

/** Whether the process in this slot was started and is not warm yet. */
export const isStarting = (context: Context, slot: number): boolean =>
  memberOf(context.members, slot)?.phase === 'starting';
