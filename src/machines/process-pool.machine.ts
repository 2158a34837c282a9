import { assign, not, raise, setup } from 'xstate';
import type { Failure } from '../errors.js';
import { jobProcessMachine } from './job-process.machine.js';
import type {
  Output as Ended,
  Event as ProcessEvent,
  Input as ProcessInput,
} from './job-process.types.js';
import { broken, ended } from './process-pool.endings.js';
import {
  changed,
  memberOf,
  memberOfJob,
  plan,
  starting,
  surplus,
  warm,
} from './process-pool.members.js';
import type { Context, Emitted, Event, Input, Output } from './process-pool.types.js';
import { fromEvent, type Slot, said, slotOf, steps, stopTree } from './support.js';

const firstPauseMs = 100;
const longestPauseMs = 10_000;
const failureLimit = 5;

type Process = Slot<ProcessEvent, ProcessInput, Ended>;
interface ProcessActor {
  readonly src: 'jobProcess';
  readonly logic: Process;
  readonly id: `proc.${number}`;
}

/**
 * The life of the pool: warming until the wanted number of processes is warm, then ready, and
 * warming again whenever one is missing; after a failed start it pauses, twice as long each time;
 * after five failed starts in 30 s it is degraded and tries one process every 30 s until one
 * becomes warm. Draining, it warms nothing new, serves what is waiting, and is closed when its last
 * process is gone. A job is given to the oldest warm process, and to another one only after the
 * first is dead without having acknowledged it.
 */
export const processPoolMachine = setup({
  types: {
    input: {} as Input,
    context: {} as Context,
    events: {} as Event,
    emitted: {} as Emitted,
    output: {} as Output,
    tags: {} as 'up' | 'degraded',
  },
  actors: { jobProcess: jobProcessMachine as Process },
  guards: {
    isStocked: ({ context }) => warm(context).length >= context.idle,
    isEmpty: ({ context: { members, queue, idle } }) =>
      members.length === 0 && queue.length === 0 && idle === 0,
    failedToStart: ({ context }, { output }: { output: Ended }) =>
      memberOf(context.members, output.slot)?.phase === 'starting',
    isLastStraw: ({ context }, { output }: { output: Ended }) =>
      context.failures + 1 >= failureLimit &&
      memberOf(context.members, output.slot)?.phase === 'starting',
  },
  actions: {
    say: said<Context, Event, Emitted>(),
    balance: steps<Context, Event, Emitted, { mayStart: number }, ProcessActor>(
      ({ context, enqueue }, { mayStart }) => {
        const { members, queue, handed, starts } = plan(context, mayStart);
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
    probe: steps<Context, Event, Emitted, undefined, ProcessActor>(({ context, enqueue }) => {
      if (starting(context) > 0) return;
      const { members, starts } = plan({ ...context, idle: warm(context).length + 1 }, 1);
      enqueue.assign({ members });
      for (const slot of starts)
        enqueue.spawnChild('jobProcess', {
          id: `proc.${slot}`,
          input: { slot, child: context.child, timeouts: context.timeouts },
        });
    }),
    rebalance: raise({ type: 'balance' }),
    holdReady: assign(({ context }, { slot }: { slot: number }) => ({
      order: context.order + 1,
      members: changed(context.members, slot, { phase: 'warm', order: context.order }),
    })),
    holdStarted: assign(({ context }, { slot }: { slot: number }) => ({
      members: changed(context.members, slot, { phase: 'running' }),
    })),
    enqueueJob: assign(({ context }, { launch }: Extract<Event, { type: 'launch' }>) => ({
      queue: [...context.queue, { launch, tries: 0 }],
    })),
    forgetJob: steps<Context, Event, Emitted, { jobId: string; reason: string }>(
      ({ context, enqueue }, { jobId, reason }) => {
        const member = memberOfJob(context.members, jobId);
        enqueue.assign({
          queue: context.queue.filter(({ launch }) => launch.jobId !== jobId),
          members: member
            ? changed(context.members, member.slot, { phase: 'ending', job: undefined })
            : context.members,
        });
        if (member) enqueue.sendTo(`proc.${member.slot}`, { type: 'shutdown', reason });
      },
    ),
    shutDownJob: steps<
      Context,
      Event,
      Emitted,
      { jobId: string; reason: string; graceMs?: number }
    >(({ context, enqueue }, { jobId, reason, graceMs }) => {
      const member = memberOfJob(context.members, jobId);
      if (member)
        enqueue.sendTo(`proc.${member.slot}`, {
          type: 'shutdown',
          reason,
          ...(graceMs === undefined ? {} : { graceMs }),
        });
    }),
    passDelivery: steps<Context, Event, Emitted, { jobId: string }>(
      ({ context, enqueue }, { jobId }) => {
        const member = memberOfJob(context.members, jobId);
        if (member) enqueue.sendTo(`proc.${member.slot}`, { type: 'outcome.delivered' });
      },
    ),
    failQueue: steps<Context, Event, Emitted>(({ context, enqueue, self }) => {
      enqueue.assign({ queue: [] });
      for (const { launch } of context.queue) {
        const event: Emitted = {
          type: 'job.unstartable',
          jobId: launch.jobId,
          error: context.lastFailure ?? stopping,
        };
        enqueue.emit(event);
        if (self._parent) enqueue.sendTo(self._parent, event);
      }
    }),
    keep: assign((_, { keep }: { keep: number }) => ({ idle: keep })),
    keepNone: assign({ idle: 0 }),
    holdTarget: assign((_, { idle }: { idle: number }) => ({ idle })),
    closeSurplus: steps<Context, Event, Emitted>(({ context, enqueue }) => {
      const slots = surplus(context);
      enqueue.assign({
        members: slots.reduce(
          (all, slot) => changed(all, slot, { phase: 'ending' }),
          context.members,
        ),
      });
      for (const slot of slots) enqueue.sendTo(`proc.${slot}`, ending);
    }),
    /** Processes that are still starting are stopped, not finished. */
    closeStarting: steps<Context, Event, Emitted>(({ context, enqueue }) => {
      const needed = Math.max(0, context.idle + context.queue.length - warm(context).length);
      const slots = context.members
        .filter(({ phase }) => phase === 'starting')
        .slice(needed)
        .map(({ slot }) => slot);
      enqueue.assign({
        members: slots.reduce(
          (all, slot) => changed(all, slot, { phase: 'ending' }),
          context.members,
        ),
      });
      for (const slot of slots) enqueue.sendTo(`proc.${slot}`, ending);
    }),
    shutDownAll: steps<Context, Event, Emitted, { reason: string }>(
      ({ context, enqueue }, { reason }) => {
        for (const { slot } of context.members)
          enqueue.sendTo(`proc.${slot}`, { type: 'shutdown', reason });
        enqueue.assign({ members: withoutStock(context) });
      },
    ),
    killAll: steps<Context, Event, Emitted>(({ context, enqueue }) => {
      for (const { slot } of context.members) enqueue.sendTo(`proc.${slot}`, { type: 'kill' });
      enqueue.assign({ members: withoutStock(context) });
    }),
    reap: steps<Context, Event, Emitted, { output: Ended }>(
      ({ context, enqueue, self }, { output }) => {
        const { members, queue, tell } = ended(context, output);
        enqueue.stopChild(`proc.${output.slot}`);
        enqueue.assign({ members, queue });
        for (const event of tell) {
          enqueue.emit(event);
          if (self._parent) enqueue.sendTo(self._parent, event);
        }
      },
    ),
    bury: steps<Context, Event, Emitted, { actorId: string; error: unknown }>(
      ({ context, enqueue, self }, { actorId, error }) => {
        const dead = self.getSnapshot().children[actorId];
        const { members, queue, tell } = broken(context, slotOf(actorId), error);
        if (dead) enqueue(() => stopTree(dead));
        enqueue.stopChild(actorId);
        enqueue.assign({ members, queue });
        for (const event of tell) {
          enqueue.emit(event);
          if (self._parent) enqueue.sendTo(self._parent, event);
        }
      },
    ),
    countFailure: assign(({ context: { failures } }, { output }: { output: Ended }) => ({
      failures: failures + 1,
      lastFailure: output.error ?? stopping,
      pauseMs: pauseAfter(failures, output.pid),
    })),
    startForgetting: raise({ type: 'failure.forgotten' }, { delay: 'intensityWindow' }),
    forgetFailure: assign({ failures: ({ context }) => Math.max(0, context.failures - 1) }),
    forgetFailures: assign({ failures: 0 }),
  },
  delays: {
    backoffPause: ({ context }) => context.pauseMs,
    intensityWindow: 30_000,
    probePause: 30_000,
  },
}).createMachine({
  id: 'processPool',
  context: ({ input }) => ({
    ...input,
    members: [],
    queue: [],
    order: 0,
    failures: 0,
    pauseMs: 0,
    lastFailure: undefined,
  }),
  output: ({ context }) => ({ lastFailure: context.lastFailure }),
  options: { maxIterations: 1_000 },
  initial: 'warming',
  on: {
    'process.ready': {
      actions: [
        { type: 'holdReady', params: fromEvent },
        { type: 'say', params: processReady },
        'rebalance',
      ],
    },
    'process.started': {
      actions: [
        { type: 'holdStarted', params: fromEvent },
        { type: 'say', params: jobStarted },
      ],
    },
    'process.finished': { actions: { type: 'say', params: jobFinished } },
    'process.slow': { actions: { type: 'say', params: slow } },
    launch: { actions: [{ type: 'enqueueJob', params: fromEvent }, 'rebalance'] },
    'launch.cancel': { actions: { type: 'forgetJob', params: fromEvent } },
    'job.shutdown': { actions: { type: 'shutDownJob', params: fromEvent } },
    'outcome.delivered': { actions: { type: 'passDelivery', params: fromEvent } },
    'target.set': { actions: [{ type: 'holdTarget', params: fromEvent }, 'rebalance'] },
    'failure.forgotten': { actions: 'forgetFailure' },
    drain: { target: '.draining', actions: { type: 'keep', params: fromEvent } },
    shutdown: {
      target: '.draining',
      actions: ['keepNone', { type: 'shutDownAll', params: fromEvent }, 'failQueue'],
    },
    kill: { target: '.draining', actions: ['keepNone', 'killAll', 'failQueue'] },
    'xstate.done.actor.proc.*': [
      {
        guard: { type: 'isLastStraw', params: fromEvent },
        target: '.degraded',
        actions: [
          { type: 'countFailure', params: fromEvent },
          { type: 'reap', params: fromEvent },
        ],
      },
      {
        guard: { type: 'failedToStart', params: fromEvent },
        target: '.warming.pausing',
        actions: [
          { type: 'countFailure', params: fromEvent },
          { type: 'reap', params: fromEvent },
          { type: 'say', params: startFailed },
          'startForgetting',
        ],
      },
      { actions: [{ type: 'reap', params: fromEvent }, 'rebalance'] },
    ],
    'xstate.error.actor.*': { actions: [{ type: 'bury', params: fromEvent }, 'rebalance'] },
  },
  states: {
    warming: {
      tags: 'up',
      always: { guard: 'isStocked', target: 'ready' },
      initial: 'starting',
      states: {
        // Each start is limited by its process; each end of one is told.
        starting: {
          entry: 'rebalance',
          on: { balance: { actions: { type: 'balance', params: { mayStart: 1_000 } } } },
        },
        pausing: {
          on: { balance: { actions: { type: 'balance', params: { mayStart: 0 } } } },
          after: { backoffPause: 'starting' },
        },
      },
    },
    // Until a process is taken or dies.
    ready: {
      tags: 'up',
      entry: { type: 'say', params: { type: 'pool.ready' } },
      always: { guard: not('isStocked'), target: 'warming' },
      on: { balance: { actions: { type: 'balance', params: { mayStart: 1_000 } } } },
    },
    degraded: {
      tags: 'degraded',
      entry: [{ type: 'say', params: degraded }, 'failQueue'],
      on: {
        balance: { actions: 'failQueue' },
        'process.ready': {
          target: 'warming',
          actions: [
            { type: 'holdReady', params: fromEvent },
            { type: 'say', params: processReady },
            'forgetFailures',
            { type: 'say', params: { type: 'pool.recovered' } },
          ],
        },
        'xstate.done.actor.proc.*': [
          {
            guard: { type: 'failedToStart', params: fromEvent },
            target: '.waiting',
            actions: [
              { type: 'countFailure', params: fromEvent },
              { type: 'reap', params: fromEvent },
              { type: 'say', params: startFailed },
            ],
          },
          { actions: { type: 'reap', params: fromEvent } },
        ],
      },
      initial: 'waiting',
      states: {
        waiting: { after: { probePause: 'probing' } },
        // The start of the process that it tries is limited by the process itself.
        probing: { entry: 'probe' },
      },
    },
    // Until the last process is gone; each of them is limited by its own ladder.
    draining: {
      entry: ['closeSurplus', 'closeStarting', 'rebalance'],
      always: { guard: 'isEmpty', target: 'closed' },
      on: {
        balance: {
          actions: ['closeSurplus', { type: 'balance', params: { mayStart: 1_000 } }],
        },
        drain: {
          actions: [{ type: 'keep', params: fromEvent }, 'closeSurplus', 'closeStarting'],
        },
        'target.set': {},
        'xstate.done.actor.proc.*': [
          {
            guard: { type: 'failedToStart', params: fromEvent },
            actions: [
              { type: 'countFailure', params: fromEvent },
              { type: 'reap', params: fromEvent },
              { type: 'say', params: startFailed },
              'failQueue',
            ],
          },
          { actions: [{ type: 'reap', params: fromEvent }, 'rebalance'] },
        ],
      },
    },
    closed: { type: 'final' },
  },
});

const stopping: Failure = {
  code: 'ERR_LAUNCH_FAILED',
  message: 'The worker stopped before the job could start.',
};

const ending: ProcessEvent = { type: 'shutdown', reason: 'the pool is closing' };

/** What is told to end is no stock any more, so that nobody hands it out or counts its end as a failure. */
function withoutStock({ members }: Context): Context['members'] {
  return members.map((member) =>
    member.phase === 'starting' || member.phase === 'warm'
      ? { ...member, phase: 'ending' }
      : member,
  );
}

/** Pids differ between workers on one machine, so they serve as dice that a pure machine can throw. */
function pauseAfter(failures: number, pid: number | undefined): number {
  const jitter = ((pid ?? 1) * 0.618_034) % 1;
  return Math.round(Math.min(longestPauseMs, firstPauseMs * 2 ** failures) * (0.75 + jitter / 4));
}

interface Told {
  readonly context: Context;
}
type From<Fact> = Told & { event: Fact };

function processReady({ event }: From<Extract<Event, { type: 'process.ready' }>>): Emitted {
  return { type: 'pool.process', slot: event.slot, pid: event.pid, timings: event.timings };
}

function jobStarted({ event }: From<Extract<Event, { type: 'process.started' }>>): Emitted {
  return { type: 'job.started', jobId: event.jobId, slot: event.slot, pid: event.pid };
}

function jobFinished({ event }: From<Extract<Event, { type: 'process.finished' }>>): Emitted {
  return { type: 'job.finished', jobId: event.jobId, end: event.end };
}

function slow({ event }: From<Extract<Event, { type: 'process.slow' }>>): Emitted {
  return { type: 'pool.slow', slot: event.slot, silentMs: event.silentMs };
}

function startFailed({ context: { lastFailure, pauseMs } }: Told): Emitted {
  return { type: 'pool.failed', error: lastFailure ?? stopping, retryMs: pauseMs };
}

function degraded({ context: { lastFailure } }: Told): Emitted {
  return { type: 'pool.degraded', error: lastFailure ?? stopping };
}
