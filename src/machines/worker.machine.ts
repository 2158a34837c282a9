import { and, assign, cancel, emit, fromPromise, not, raise, setup, spawnChild } from 'xstate';
import { type Failure, WorkerError } from '../errors.js';
import { connectionMachine } from './connection.machine.js';
import type { Offer } from './job.types.js';
import { jobRequestMachine } from './job-request.machine.js';
import { processPoolMachine } from './process-pool.machine.js';
import { armed, fromEvent, port, steps } from './support.js';
import { isFull, jobOf, requestOf, unfinished } from './worker.facts.js';
import { jobs } from './worker.jobs.js';
import { type LinkLogic, links } from './worker.links.js';
import { isWorthTelling, loads, missLimit } from './worker.loads.js';
import { offers, type RequestLogic } from './worker.offers.js';
import { type PoolLogic, pool } from './worker.pool.js';
import { probes } from './worker.probes.js';
import { requests } from './worker.requests.js';
import * as told from './worker.told.js';
import type {
  Context,
  Emitted,
  Event,
  HttpCommand,
  HttpInput,
  Input,
  LoadCommand,
  LoadFact,
  LoadFault,
  LoadInput,
  Output,
  RemovalInput,
} from './worker.types.js';

const prewarmMarginMs = 2_000;

/** A worker on its way out does not start over: it remembers the cause. */
const failuresOnTheWayOut = {
  'link.failed': {
    actions: [
      { type: 'loseRequests', params: fromEvent },
      { type: 'holdFailure', params: told.errorOf },
    ],
  },
  'xstate.error.actor.link.*': {
    actions: [
      { type: 'loseRequests', params: told.brokenLink },
      { type: 'buryLink', params: fromEvent },
      { type: 'dropLink', params: fromEvent },
      { type: 'holdFailure', params: told.broken },
    ],
  },
  'xstate.error.actor.load': { actions: { type: 'holdFailure', params: told.broken } },
  'xstate.error.actor.http': { actions: { type: 'holdFailure', params: told.broken } },
  'http.failed': { actions: { type: 'holdFailure', params: told.errorOf } },
} as const;

/**
 * The life of a worker: idle, then prewarming while it registers, then running: available, full or
 * degraded; draining it takes nothing new and waits for its jobs, stopping it ends what is left and
 * says goodbye to the server, and it is stopped, or failed with a cause. The server is told that the
 * worker is full in every state but `available` and a prewarming worker with its first warm process.
 * Every assigned job gets one terminal status, and no state is left before its processes are gone.
 */
export const workerMachine = setup({
  types: {
    input: {} as Input,
    context: {} as Context,
    events: {} as Event,
    emitted: {} as Emitted,
    output: {} as Output,
    tags: {} as 'available' | 'ready' | 'degraded' | 'draining',
  },
  actors: {
    connection: connectionMachine as LinkLogic,
    jobRequest: jobRequestMachine as RequestLogic,
    processPool: processPoolMachine as PoolLogic,
    loadSampler: port<LoadCommand, LoadInput>('loadSampler'),
    httpServer: port<HttpCommand, HttpInput>('httpServer'),
    participantRemoval: fromPromise<void, RemovalInput>(() => {
      throw new WorkerError(
        'ERR_ACTOR_NOT_PROVIDED',
        'The actor "participantRemoval" is missing. Provide it, or set removeDeadParticipant to false.',
      );
    }),
  },
  guards: {
    isFull: ({ context }) => isFull(context),
    isUndecided: ({ context }, { slot, offer }: { slot: number; offer: Offer }) => {
      const request = requestOf(context, offer.id);
      return request?.phase === 'open' && request.link === slot;
    },
    isOurs: ({ context }, { jobId }: { jobId: string }) =>
      requestOf(context, jobId) !== undefined ||
      jobOf(context, jobId) !== undefined ||
      context.ended.includes(jobId),
    /** The server has given up on it. */
    isStale: ({ context }, { lateMs }: { lateMs: number }) =>
      lateMs >= context.settings.requestTimeout,
    hasTooManyOffers: ({ context }) => context.requests.length >= context.settings.maxOpenOffers,
    isAwaited: ({ context }, { jobId }: { jobId: string }) =>
      requestOf(context, jobId)?.phase === 'accepted',
    isSettled: ({ context }, { jobId }: { jobId: string }) =>
      requestOf(context, jobId)?.phase === 'assigned' ||
      jobOf(context, jobId) !== undefined ||
      context.ended.includes(jobId),
    /** Nothing that happens while it runs could make a process start. */
    isBeyondRepair: ({ context }, { error: { code } }: { error: Failure }) =>
      code === 'ERR_ACTOR_NOT_PROVIDED' ||
      (code === 'ERR_AGENT_MODULE' && context.settings.agent.form === 'file'),
    /** It stood still for long, and was not told so lately. */
    isWorthTelling: ({ context }, stall: Extract<LoadFact, { type: 'loop.stalled' }>) =>
      isWorthTelling(context, stall),
    isLastMiss: ({ context }) => context.loadMisses + 1 === missLimit,
    isUnregistered: ({ context }) => context.settings.unregistered,
    isNewFault: ({ context }, { fault }: { fault: LoadFault }) =>
      !context.loadFaults.includes(fault),
    isNewExcess: ({ context }, { load }: { load: number }) =>
      load > 1 && !context.loadFaults.includes('excessive'),
    hasFailed: ({ context }) => context.failure !== undefined,
    hasLeft: ({ context }) => context.links.length === 0 && context.removals.length === 0,
  },
  actions: {
    startSampling: spawnChild('loadSampler', {
      id: 'load',
      input: ({ context: { settings } }) => ({ loadFnc: settings.loadFnc }),
    }),
    ...loads,
    ...links,
    ...offers,
    ...requests,
    ...jobs,
    ...pool,
    ...probes,
    report: raise({ type: 'report' }),
    reportChange: raise({ type: 'report', ifChanged: true }),
    holdKnown: assign((_, { status }: { status: 'available' | 'full' }) => ({ known: status })),
    forgetKnown: assign({ known: undefined }),
    holdWorkerId: assign((_, { workerId }: { workerId: string }) => ({ workerId })),
    holdRoundTrip: assign((_, { roundTripMs }: { roundTripMs: number }) => ({ roundTripMs })),
    holdFailure: assign(({ context }, failure: Failure) => ({
      failure: context.failure ?? failure,
    })),
    holdPlaces: assign((_, { places }: { places: number | undefined }) => ({ places })),
    cutJobs: assign(({ context }, { end }: { end: 'cut' | 'halted' }) => ({
      jobsCut: Math.max(context.jobsCut, unfinished(context)),
      end: end === 'cut' && unfinished(context) === 0 ? context.end : end,
    })),
    tell: emit((_, event: Emitted) => event),
    tellAdvice: steps<Context, Event, Emitted>(({ context, enqueue }) => {
      for (const error of context.settings.advice) enqueue.emit({ type: 'warning', error });
    }),
    armPrewarmTimeout: armed<Context, Event>(
      'prewarmTimeout.passed',
      ({ settings }) => settings.initializeProcessTimeout + prewarmMarginMs,
    ),
    disarmPrewarmTimeout: cancel('prewarmTimeout.passed'),
    armDrainTimeout: armed<Context, Event>(
      'drainTimeout.passed',
      ({ settings }) => settings.drainTimeout,
    ),
    disarmDrainTimeout: cancel('drainTimeout.passed'),
  },
  delays: {
    /** The next tick, so that whoever starts a worker can attach to it first. */
    startDelay: 0,
    goodbyeTimeout: ({ context }) => (context.undelivered.length > 0 ? 5_000 : 3_000),
  },
}).createMachine({
  id: 'worker',
  context: ({ input: { settings } }) => ({
    settings,
    workerId: '',
    links: [],
    requests: [],
    jobs: [],
    ended: [],
    undelivered: [],
    removals: [],
    reported: { status: 'full', load: 0, jobIds: [] },
    known: undefined,
    roundTripMs: undefined,
    load: 0,
    places: undefined,
    loadMisses: 0,
    loadFaults: [],
    stallToldAt: undefined,
    isScalingExplained: false,
    idleTarget: settings.numIdleProcesses,
    acceptedAt: [],
    failure: undefined,
    jobsCut: 0,
    end: 'drained',
  }),
  output: ({ context: { end, jobsCut, failure } }) => ({
    outcome: failure ? 'failed' : end,
    jobsCut,
    failure,
  }),
  options: { maxIterations: 10_000 },
  initial: 'idle',
  on: {
    report: { actions: { type: 'sendReport', params: told.asFull } },
    'link.registered': {
      actions: [
        { type: 'holdWorkerId', params: fromEvent },
        { type: 'tell', params: told.registered },
        'report',
      ],
    },
    'link.reported': {
      actions: [
        { type: 'holdKnown', params: fromEvent },
        { type: 'tell', params: told.statusKnown },
      ],
    },
    'link.lost': {
      actions: [
        'forgetKnown',
        { type: 'loseRequests', params: fromEvent },
        { type: 'tell', params: told.disconnected },
      ],
    },
    'link.measured': { actions: { type: 'holdRoundTrip', params: fromEvent } },
    'link.garbled': { actions: { type: 'tell', params: told.warned } },
    // A taken port must be known before the server sends jobs, so it comes first.
    'http.listening': [
      { guard: 'isUnregistered', actions: { type: 'tell', params: told.listening } },
      { actions: ['openLinks', { type: 'tell', params: told.listening }] },
    ],
    'http.unwanted': { guard: not('isUnregistered'), actions: 'openLinks' },
    'link.failed': {
      target: '.draining',
      actions: [
        { type: 'loseRequests', params: fromEvent },
        { type: 'holdFailure', params: told.errorOf },
      ],
    },
    'xstate.done.actor.link.*': { actions: { type: 'dropLink', params: fromEvent } },
    'xstate.error.actor.link.*': {
      target: '.draining',
      actions: [
        { type: 'loseRequests', params: told.brokenLink },
        { type: 'buryLink', params: fromEvent },
        { type: 'dropLink', params: fromEvent },
        { type: 'holdFailure', params: told.broken },
      ],
    },
    'link.offered': offered(false),
    'link.answered': { actions: { type: 'passToRequest', params: told.written } },
    'link.assigned': [
      // A repeated assignment starts nothing; its job has, or will get, a status.
      { guard: { type: 'isSettled', params: told.jobOfAssignment } },
      {
        guard: { type: 'isAwaited', params: told.jobOfAssignment },
        actions: { type: 'passToRequest', params: told.received },
      },
      { actions: { type: 'refuseAssignment', params: fromEvent } },
    ],
    'link.terminated': { actions: { type: 'terminate', params: fromEvent } },
    'link.delivered': { actions: { type: 'passDelivery', params: fromEvent } },
    'request.answered': { actions: { type: 'passAnswer', params: fromEvent } },
    'request.accepted': { actions: { type: 'tell', params: told.jobAccepted } },
    'request.threw': { actions: { type: 'tell', params: told.requestFncThrew } },
    'request.assigned': { actions: { type: 'launch', params: fromEvent } },
    'xstate.done.actor.req.*': {
      actions: [{ type: 'closeRequest', params: fromEvent }, 'reportChange'],
    },
    'xstate.error.actor.req.*': {
      actions: [{ type: 'buryRequest', params: fromEvent }, 'reportChange'],
    },
    'job.started': { actions: [{ type: 'holdJob', params: fromEvent }, 'reportChange'] },
    'job.unstartable': { actions: { type: 'passToRequest', params: told.unstartable } },
    'job.finished': { actions: [{ type: 'reportEnd', params: fromEvent }, 'reportChange'] },
    'job.exited': {
      actions: [
        { type: 'reportEnd', params: fromEvent },
        { type: 'removeParticipant', params: fromEvent },
        { type: 'dropJob', params: fromEvent },
        'reportChange',
      ],
    },
    'pool.process': { actions: { type: 'tell', params: told.processReady } },
    'pool.failed': { actions: { type: 'tell', params: told.processFailed } },
    'pool.places': { actions: [{ type: 'holdPlaces', params: fromEvent }, 'reportChange'] },
    'pool.policy': { actions: { type: 'tell', params: told.policyThrew } },
    'pool.died': { actions: { type: 'tell', params: told.processDied } },
    'pool.slow': { actions: { type: 'tell', params: told.processSlow } },
    'pool.heavy': { actions: { type: 'tell', params: told.processHeavy } },
    'xstate.error.actor.pool': {
      target: '.stopping.leaving',
      actions: [
        { type: 'buryPool', params: fromEvent },
        { type: 'holdFailure', params: told.broken },
      ],
    },
    'xstate.done.actor.remove.*': { actions: { type: 'dropRemoval', params: fromEvent } },
    'xstate.error.actor.remove.*': {
      actions: [
        { type: 'dropRemoval', params: fromEvent },
        { type: 'tell', params: told.notRemoved },
      ],
    },
    'load.sampled': [
      {
        guard: { type: 'isNewExcess', params: fromEvent },
        actions: [
          { type: 'holdLoad', params: fromEvent },
          { type: 'tell', params: told.excessiveLoad },
          'report',
        ],
      },
      { actions: [{ type: 'holdLoad', params: fromEvent }, 'report'] },
    ],
    'load.awaited': { actions: 'report' },
    'loop.stalled': {
      guard: { type: 'isWorthTelling', params: fromEvent },
      actions: [
        { type: 'holdStall', params: fromEvent },
        { type: 'tell', params: told.stalled },
      ],
    },
    'load.missed': [
      {
        guard: 'isLastMiss',
        actions: [
          { type: 'countMiss', params: fromEvent },
          'assumeFullLoad',
          { type: 'tell', params: told.noLoad },
          'report',
        ],
      },
      {
        guard: { type: 'isNewFault', params: fromEvent },
        actions: [
          { type: 'countMiss', params: fromEvent },
          { type: 'tell', params: told.loadFncFailed },
          'report',
        ],
      },
      { actions: [{ type: 'countMiss', params: fromEvent }, 'report'] },
    ],
    'xstate.error.actor.load': {
      target: '.draining',
      actions: { type: 'holdFailure', params: told.broken },
    },
    'http.requested': { actions: { type: 'answerProbe', params: fromEvent } },
    'http.failed': { target: '.draining', actions: { type: 'holdFailure', params: told.errorOf } },
    'xstate.error.actor.http': {
      target: '.draining',
      actions: { type: 'holdFailure', params: told.broken },
    },
    drain: '.draining',
    stop: { target: '.stopping', actions: { type: 'cutJobs', params: { end: 'cut' } } },
    halt: {
      target: '.stopping.killing',
      actions: { type: 'cutJobs', params: { end: 'halted' } },
    },
  },
  states: {
    idle: {
      on: { start: 'prewarming', drain: 'stopped', stop: 'stopped', halt: 'stopped' },
      after: { startDelay: 'prewarming' },
    },
    prewarming: {
      entry: ['tellAdvice', 'openHttp', 'startSampling', 'openPool', 'armPrewarmTimeout'],
      exit: 'disarmPrewarmTimeout',
      on: {
        'pool.ready': { target: 'running', actions: 'reportChange' },
        'pool.degraded': {
          target: 'running.degraded',
          actions: [{ type: 'tell', params: told.degraded }, 'reportChange'],
        },
        'pool.failed': {
          guard: { type: 'isBeyondRepair', params: fromEvent },
          target: 'draining',
          actions: { type: 'holdFailure', params: told.errorOf },
        },
        'prewarmTimeout.passed': {
          target: 'running',
          actions: [{ type: 'tell', params: told.slowPrewarm }, 'reportChange'],
        },
      },
      initial: 'cold',
      states: {
        cold: {
          on: {
            // Not available before its first process is warm, however long that takes.
            'prewarmTimeout.passed': {
              target: '#worker.running.degraded',
              actions: [{ type: 'tell', params: told.noneWarm }, 'reportChange'],
            },
            'pool.process': {
              target: 'warm',
              actions: [{ type: 'tell', params: told.processReady }, 'reportChange'],
            },
          },
        },
        warm: {
          tags: 'available',
          always: { guard: 'isFull', target: 'busy' },
          on: {
            report: {
              actions: [{ type: 'sendReport', params: told.asAvailable }, 'explainScaling'],
            },
            'link.offered': offered(true),
          },
        },
        busy: {
          always: { guard: not('isFull'), target: 'warm' },
        },
      },
    },
    // A worker runs until it is asked to drain or stop, or its link fails for good.
    running: {
      on: {
        report: { actions: [{ type: 'sendReport', params: told.asFull }, 'setTarget'] },
        'pool.recovered': { actions: { type: 'tell', params: { type: 'recovered' } } },
        'pool.degraded': {
          target: '.degraded',
          actions: [{ type: 'tell', params: told.degraded }, 'reportChange'],
        },
      },
      initial: 'available',
      states: {
        available: {
          tags: ['available', 'ready'],
          always: { guard: 'isFull', target: 'full' },
          on: {
            report: {
              actions: [
                { type: 'sendReport', params: told.asAvailable },
                'explainScaling',
                'setTarget',
              ],
            },
            'link.offered': offered(true),
          },
        },
        full: {
          tags: 'ready',
          always: { guard: not('isFull'), target: 'available' },
        },
        degraded: {
          tags: 'degraded',
          on: {
            'pool.process': {
              target: 'available',
              actions: [{ type: 'tell', params: told.processReady }, 'reportChange'],
            },
          },
        },
      },
    },
    draining: {
      tags: 'draining',
      entry: [
        { type: 'tell', params: told.draining },
        'reportChange',
        'withdrawOpen',
        'armDrainTimeout',
      ],
      exit: 'disarmDrainTimeout',
      on: {
        drain: {},
        // Each request that ends may free a process that was kept warm for it.
        report: { actions: [{ type: 'sendReport', params: told.asFull }, 'drainPool'] },
        'http.listening': {},
        'xstate.done.actor.pool': 'stopping.leaving',
        'drainTimeout.passed': {
          target: 'stopping',
          actions: { type: 'cutJobs', params: { end: 'cut' } },
        },
        ...failuresOnTheWayOut,
      },
    },
    stopping: {
      tags: 'draining',
      entry: ['reportChange', 'cancelAll'],
      on: {
        drain: {},
        stop: {},
        halt: {},
        'http.listening': {},
        'xstate.done.actor.pool': '.leaving',
        ...failuresOnTheWayOut,
      },
      initial: 'ending',
      states: {
        // Until the pool is closed; each process is limited by its own ladder.
        ending: {
          entry: 'shutDownPool',
          on: {
            halt: { target: 'killing', actions: { type: 'cutJobs', params: { end: 'halted' } } },
          },
        },
        // Until the pool is closed; nothing can refuse to be killed.
        killing: { entry: 'killPool' },
        leaving: {
          entry: 'closeLinks',
          always: [
            { guard: and(['hasLeft', 'hasFailed']), target: '#worker.failed' },
            { guard: 'hasLeft', target: '#worker.stopped' },
          ],
          on: {
            'link.registered': {
              actions: [{ type: 'tell', params: told.registered }, 'closeLinks'],
            },
          },
          after: {
            goodbyeTimeout: [
              { guard: 'hasFailed', target: '#worker.failed' },
              { target: '#worker.stopped' },
            ],
          },
        },
      },
    },
    stopped: {
      type: 'final',
      entry: ['tellUndelivered', { type: 'tell', params: { type: 'stopped' } }],
    },
    failed: {
      type: 'final',
      entry: ['tellUndelivered', { type: 'tell', params: { type: 'stopped' } }],
    },
  },
});

/** Exactly one answer to each offer, whether the worker wants jobs or not. */
function offered(accepting: boolean) {
  return [
    // The server keys answers by job id: a second question is answered with the first.
    { guard: { type: 'isUndecided', params: fromEvent } },
    {
      guard: { type: 'isOurs', params: told.jobOfOffer },
      actions: { type: 'refuseOffer', params: told.duplicate },
    },
    {
      guard: { type: 'isStale', params: told.lateOffer },
      actions: { type: 'refuseOffer', params: told.stale },
    },
    { guard: 'hasTooManyOffers', actions: { type: 'refuseOffer', params: told.tooMany } },
    { actions: [{ type: 'openRequest', params: told.openedAs(accepting) }, 'reportChange'] },
  ] as const;
}
