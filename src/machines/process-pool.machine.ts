import { not, setup } from 'xstate';
import { jobProcessMachine } from './job-process.machine.js';
import type { Output as Ended } from './job-process.types.js';
import { endOf } from './process-pool.endings.js';
import { jobs } from './process-pool.jobs.js';
import { failedToStart, memberOf, warm } from './process-pool.members.js';
import { type ProcessLogic, stock } from './process-pool.stock.js';
import {
  degraded,
  failedInDrain,
  heavy,
  jobFinished,
  jobStarted,
  lastFailure,
  probeFailed,
  probePauseMs,
  processReady,
  slow,
  startFailed,
  workerStopped,
} from './process-pool.told.js';
import type {
  Context,
  Emitted,
  Event,
  Input,
  Output,
  PoolView,
  WaitingJob,
} from './process-pool.types.js';
import { fromEvent, said } from './support.js';

const failureLimit = 5;

/**
 * The life of the pool: warming until the wanted number of processes is warm, then ready, and
 * warming again whenever one is missing or a job waits; after a failed start it pauses, twice as
 * long each time; after five failed starts in 30 s it is degraded and tries one process every 30 s
 * until one becomes warm. Draining, it warms nothing new and serves what is waiting, or ends it all;
 * it is closed when its last process is gone. Processes that are not wanted any more, since load
 * grew or a policy says so, are closed after a minute. A job is given to the oldest warm process, and to
 * another one only after the first is dead without having acknowledged it. A process that is free
 * again after its job is the newest of the warm ones.
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
  actors: { jobProcess: jobProcessMachine as ProcessLogic },
  guards: {
    /** Policy: may this job have one of the warm processes now? One that may not waits for the next. */
    getsProcess: (_, _job: WaitingJob) => true,
    /** Policy: should one more process be warm? Asked for each number of them, from none on. */
    keepsWarm: (_, { warm: there, idle }: PoolView) => there < idle,
    isStocked: ({ context }) =>
      context.queue.length === 0 && warm(context).length >= context.wanted,
    hasSurplus: ({ context }) => warm(context).length > context.wanted,
    isEmpty: ({ context: { members, queue, wanted } }) =>
      members.length === 0 && queue.length === 0 && wanted === 0,
    failedToStart: ({ context }, ended: Ended) => failedToStart(context, ended),
    isLastStraw: ({ context }, ended: Ended) =>
      failedToStart(context, ended) &&
      // Slow failures, such as prewarm time-outs, would never be five within 30 s.
      Math.max(context.failures, context.failuresInARow) + 1 >= failureLimit,
    isTooHeavyForJobs: ({ context }, { slot, limitMb }: { slot: number; limitMb?: number }) =>
      limitMb !== undefined && memberOf(context.members, slot)?.phase === 'warm',
    holdsJob: ({ context }, { slot, jobId }: { slot: number; jobId: string }) =>
      memberOf(context.members, slot)?.job?.launch.jobId === jobId,
  },
  actions: { ...stock, ...jobs, say: said<Context, Event, Emitted>() },
  delays: {
    backoffPause: ({ context }) => context.pauseMs,
    probePause: probePauseMs,
    surplusTime: 60_000,
  },
}).createMachine({
  id: 'processPool',
  context: ({ input }) => ({
    ...input,
    members: [],
    queue: [],
    order: 0,
    wanted: input.idle,
    isStore: input.idle > 0,
    startMs: undefined,
    places: undefined,
    isWary: false,
    failures: 0,
    failuresInARow: 0,
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
      guard: { type: 'holdsJob', params: fromEvent },
      actions: [
        { type: 'holdStarted', params: fromEvent },
        { type: 'say', params: jobStarted },
      ],
    },
    'process.finished': {
      guard: { type: 'holdsJob', params: fromEvent },
      actions: { type: 'say', params: jobFinished },
    },
    'process.freed': {
      guard: { type: 'holdsJob', params: fromEvent },
      actions: [{ type: 'holdFreed', params: fromEvent }, 'rebalance'],
    },
    'process.slow': { actions: { type: 'say', params: slow } },
    'process.heavy': [
      {
        guard: { type: 'isTooHeavyForJobs', params: fromEvent },
        actions: [
          { type: 'retire', params: fromEvent },
          { type: 'say', params: heavy },
          'rebalance',
        ],
      },
      { actions: { type: 'say', params: heavy } },
    ],
    launch: { actions: [{ type: 'enqueueJob', params: fromEvent }, 'rebalance'] },
    'launch.cancel': { actions: [{ type: 'forgetJob', params: fromEvent }, 'rebalance'] },
    'job.shutdown': { actions: { type: 'shutDownJob', params: fromEvent } },
    'outcome.delivered': { actions: { type: 'passDelivery', params: fromEvent } },
    'target.set': { actions: [{ type: 'holdTarget', params: fromEvent }, 'rebalance'] },
    'failure.forgotten': { actions: 'forgetFailure' },
    drain: { target: '.draining', actions: { type: 'keep', params: fromEvent } },
    shutdown: {
      target: '.draining.ending',
      actions: { type: 'shutDownAll', params: fromEvent },
    },
    kill: { target: '.draining.ending', actions: 'killAll' },
    ...whenGone([
      {
        guard: { type: 'isLastStraw', params: endOf },
        target: '.degraded',
        actions: [
          { type: 'countFailure', params: endOf },
          { type: 'reap', params: endOf },
          { type: 'say', params: probeFailed },
        ],
      },
      {
        guard: { type: 'failedToStart', params: endOf },
        target: '.warming.pausing',
        actions: [
          { type: 'countFailure', params: endOf },
          { type: 'reap', params: endOf },
          { type: 'say', params: startFailed },
        ],
      },
      { actions: [{ type: 'reap', params: endOf }, 'rebalance'] },
    ]),
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
          on: {
            balance: {
              actions: ['retarget', { type: 'balance', params: { aim: 'stock' } }, 'countPlaces'],
            },
          },
        },
        pausing: {
          on: {
            balance: {
              actions: ['retarget', { type: 'balance', params: { aim: 'nothing' } }, 'countPlaces'],
            },
          },
          after: { backoffPause: 'starting' },
        },
      },
    },
    // Until a process is taken or dies. More than are wanted are kept for a while: load comes and goes.
    ready: {
      tags: 'up',
      entry: [{ type: 'say', params: { type: 'pool.ready' } }, 'rebalance'],
      always: { guard: not('isStocked'), target: 'warming' },
      on: { balance: { actions: ['retarget', 'countPlaces'] } },
      initial: 'exact',
      states: {
        exact: { always: { guard: 'hasSurplus', target: 'ample' } },
        ample: {
          always: { guard: not('hasSurplus'), target: 'exact' },
          after: { surplusTime: { actions: ['closeSpare', 'rebalance'] } },
        },
      },
    },
    degraded: {
      tags: 'degraded',
      entry: [{ type: 'say', params: degraded }, 'rebalance'],
      on: {
        // What cannot run now must not wait for the next probe: another worker may take it.
        balance: {
          actions: [
            { type: 'balance', params: { aim: 'nothing' } },
            { type: 'failQueue', params: lastFailure },
          ],
        },
        'process.ready': {
          target: 'warming',
          actions: [
            { type: 'holdReady', params: fromEvent },
            { type: 'say', params: processReady },
            { type: 'say', params: { type: 'pool.recovered' } },
          ],
        },
        ...whenGone([
          {
            guard: { type: 'failedToStart', params: endOf },
            target: '.waiting',
            actions: [
              { type: 'countFailure', params: endOf },
              { type: 'reap', params: endOf },
              { type: 'say', params: probeFailed },
            ],
          },
        ]),
      },
      initial: 'waiting',
      states: {
        waiting: { after: { probePause: 'probing' } },
        // The start of the process that it tries is limited by the process itself.
        probing: { entry: { type: 'balance', params: { aim: 'probe' } } },
      },
    },
    // Until the last process is gone; each of them is limited by its own ladder.
    draining: {
      always: { guard: 'isEmpty', target: 'closed' },
      initial: 'serving',
      states: {
        serving: {
          entry: 'rebalance',
          on: {
            balance: { actions: ['closeSpare', { type: 'balance', params: { aim: 'waiting' } }] },
            ...whenGone([
              {
                guard: { type: 'isLastStraw', params: endOf },
                actions: [
                  { type: 'countFailure', params: endOf },
                  { type: 'reap', params: endOf },
                  { type: 'failQueue', params: lastFailure },
                ],
              },
              {
                guard: { type: 'failedToStart', params: endOf },
                actions: [
                  { type: 'countFailure', params: endOf },
                  { type: 'reap', params: endOf },
                  { type: 'say', params: failedInDrain },
                  'rebalance',
                ],
              },
            ]),
          },
        },
        ending: {
          entry: 'rebalance',
          on: {
            drain: {},
            balance: { actions: { type: 'failQueue', params: workerStopped } },
          },
        },
      },
    },
    closed: { type: 'final' },
  },
});

/** A process whose machine broke is gone like one that died. */
function whenGone<const Branches>(branches: Branches) {
  return {
    'xstate.done.actor.proc.*': branches,
    'xstate.error.actor.proc.*': branches,
  } as const;
}
