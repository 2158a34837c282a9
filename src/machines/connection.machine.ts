import { assign, not, setup, spawnChild, stopChild } from 'xstate';
import type { Failure } from '../errors.js';
import { frames, hasJobs, retries, statuses } from './connection.actions.js';
import {
  brokenSocket,
  type Cause,
  closedSocket,
  exhausted,
  failedSocket,
  isCredential,
  noAnswer,
  refused,
  silentServer,
  slowConnect,
  unreadable,
  wrongFirstMessage,
} from './connection.causes.js';
import {
  answered,
  assigned,
  failedLink,
  garbled,
  lostLink,
  measured,
  offered,
  pauseOf,
  registered,
  roundTrip,
  statusOf,
  terminated,
} from './connection.told.js';
import type {
  Command,
  Context,
  Emitted,
  Event,
  Input,
  Output,
  Report,
  SocketInput,
} from './connection.types.js';
import { fromEvent, port, said } from './support.js';

const malformedLimit = 10;
const refusalLimit = 3;
const longestRoundTripMs = 60_000;

const deliver = {
  actions: [
    { type: 'holdStatus', params: fromEvent },
    { type: 'sendStatus', params: fromEvent },
  ],
} as const;

/**
 * The life of one link to a server: connecting, then registering, then registered; a link that is
 * lost waits in backoff and connects again. It failed when the server refuses the credentials three
 * times, when nobody speaks the protocol there, or when no job runs and the retries are used up.
 * Asked to close it is closing until the server has every status, for which it comes back if it
 * must, for 5 s at most, then closed. Job statuses are kept until a pong proves that they arrived;
 * load reports only while they are new.
 */
export const connectionMachine = setup({
  types: {
    input: {} as Input,
    context: {} as Context,
    events: {} as Event,
    emitted: {} as Emitted,
    output: {} as Output,
    tags: {} as 'registered',
    children: {} as { socket: 'agentSocket' },
  },
  actors: { agentSocket: port<Command, SocketInput>('agentSocket') },
  guards: {
    isRefusedForGood: ({ context: { refusals, workerId } }, { status }: { status: number }) =>
      (isCredential(status) && refusals + 1 >= refusalLimit) ||
      ((status === 404 || status === 407) && workerId === ''),
    isExhausted: ({ context }) =>
      context.failures + 1 > context.maxRetry && !hasJobs(context) && !context.leaving,
    isUnreadable: ({ context }) => context.malformed + 1 >= malformedLimit,
    isSensible: (_, { roundTripMs }: { roundTripMs: number }) =>
      roundTripMs >= 0 && roundTripMs <= longestRoundTripMs,
    isHushed: ({ context }) => context.hushed,
    isLeaving: ({ context }) => context.leaving,
    isDelivered: ({ context }) => context.outbox.length === 0,
    deliversLast: ({ context: { outbox } }, { ref }: { ref: number }) =>
      outbox.every((status) => status.ref <= ref),
  },
  actions: {
    openSocket: spawnChild('agentSocket', {
      id: 'socket',
      input: ({ context: { url, credentials, options } }) => ({ url, credentials, options }),
    }),
    dropSocket: stopChild('socket'),
    holdJitter: assign((_, { jitter }: { jitter: number }) => ({ jitter })),
    holdWorker: assign((_, { workerId }: { workerId: string }) => ({
      workerId,
      failures: 0,
      refusals: 0,
      failure: undefined,
    })),
    holdReport: assign((_, { status, load, jobIds }: Report) => ({
      report: { status, load, jobIds },
    })),
    holdFailure: assign((_, failure: Failure) => ({ failure })),
    ...frames,
    ...statuses,
    ...retries,
    say: said<Context, Event, Emitted>(),
  },
  delays: {
    connectTimeout: 10_000,
    registerTimeout: 10_000,
    backoffPause: ({ context }) => context.pauseMs,
    pingPause: 5_000,
    silenceTimeout: 5_000,
    stableTime: 10_000,
    flushTimeout: 500,
    closeTimeout: 500,
  },
}).createMachine({
  id: 'connection',
  context: ({ input }) => ({
    ...input,
    workerId: '',
    failures: 0,
    refusals: 0,
    step: 0,
    pauseMs: 0,
    jitter: 0.5,
    malformed: 0,
    hushed: false,
    report: undefined,
    unwritten: 0,
    reportWaits: false,
    outbox: [],
    unproven: [],
    ref: 0,
    leaving: false,
    failure: undefined,
  }),
  output: ({ context: { slot, failure, outbox } }) => ({
    slot,
    failure,
    undelivered: outbox.length,
  }),
  options: { maxIterations: 100 },
  initial: 'connecting',
  on: {
    report: { actions: { type: 'holdReport', params: fromEvent } },
    status: { actions: { type: 'holdStatus', params: fromEvent } },
    // With statuses to deliver it goes on until they are, for 5 s at most.
    close: [{ guard: 'isDelivered', target: '.closed' }, { actions: 'rememberToLeave' }],
    'goodbye.over': '.closed',
    'malformed.forgotten': { actions: 'forgetMalformed' },
    'hush.over': { actions: 'endHush' },
    'xstate.error.actor.socket': {
      target: '.failed',
      actions: { type: 'holdFailure', params: brokenSocket },
    },
  },
  states: {
    connecting: {
      entry: 'openSocket',
      on: {
        'socket.opened': {
          target: 'registering',
          actions: { type: 'holdJitter', params: fromEvent },
        },
        'socket.refused': [
          {
            guard: { type: 'isRefusedForGood', params: fromEvent },
            target: 'failed',
            actions: { type: 'holdFailure', params: refused },
          },
          ...lostEarly(refused),
        ],
        'socket.failed': lostEarly(failedSocket),
        'socket.closed': lostEarly(closedSocket),
      },
      after: { connectTimeout: lostEarly(slowConnect) },
    },
    registering: {
      entry: 'register',
      on: {
        'server.registered': {
          target: 'registered',
          actions: [
            { type: 'holdWorker', params: fromEvent },
            { type: 'say', params: registered },
          ],
        },
        'server.*': lostEarly(wrongFirstMessage),
        'frame.malformed': lostEarly(wrongFirstMessage),
        'socket.failed': lostEarly(failedSocket),
        'socket.closed': lostEarly(closedSocket),
      },
      after: { registerTimeout: lostEarly(noAnswer) },
    },
    registered: {
      tags: 'registered',
      entry: 'introduce',
      always: { guard: 'isLeaving', target: 'closing' },
      on: {
        report: {
          actions: [
            { type: 'sendReport', params: fromEvent },
            { type: 'holdReport', params: fromEvent },
          ],
        },
        status: deliver,
        answer: { actions: { type: 'sendAnswer', params: fromEvent } },
        'server.offered': { actions: { type: 'say', params: offered } },
        'server.assigned': { actions: { type: 'say', params: assigned } },
        'server.terminated': { actions: { type: 'say', params: terminated } },
        'server.ponged': {
          guard: { type: 'isSensible', params: roundTrip },
          actions: { type: 'say', params: measured },
        },
        'socket.reported': { actions: 'reportWritten' },
        'socket.wrote': { actions: { type: 'say', params: answered } },
        'socket.ponged': { actions: { type: 'settle', params: fromEvent } },
        'frame.malformed': [
          { guard: 'isUnreadable', target: 'backoff', actions: lost(unreadable) },
          { guard: 'isHushed', actions: 'countMalformed' },
          { actions: ['countMalformed', { type: 'say', params: garbled }, 'hush'] },
        ],
        'socket.failed': { target: 'backoff', actions: lost(failedSocket) },
        'socket.closed': { target: 'backoff', actions: lost(closedSocket) },
        close: 'closing',
      },
      after: { stableTime: { actions: 'forgetPauses' } },
      initial: 'fresh',
      states: {
        fresh: {
          on: { 'socket.heard': { target: 'fresh', reenter: true } },
          after: { pingPause: 'probing' },
        },
        probing: {
          entry: ['ping', 'measure'],
          on: { 'socket.heard': 'fresh' },
          after: {
            silenceTimeout: { target: '#connection.backoff', actions: lost(silentServer) },
          },
        },
      },
    },
    backoff: {
      entry: ['dropSocket', { type: 'say', params: lostLink }],
      on: {
        // Who leaves has no time to wait before it delivers.
        close: [
          { guard: 'isDelivered', target: 'closed' },
          { target: 'connecting', actions: 'rememberToLeave' },
        ],
      },
      after: { backoffPause: 'connecting' },
    },
    closing: {
      entry: 'rememberToLeave',
      on: {
        close: {},
        'socket.ponged': { actions: { type: 'settle', params: fromEvent } },
        'socket.failed': 'closed',
        'socket.closed': 'closed',
      },
      initial: 'flushing',
      states: {
        flushing: {
          entry: 'ping',
          on: {
            status: deliver,
            'socket.ponged': {
              guard: { type: 'deliversLast', params: fromEvent },
              target: 'leaving',
              actions: { type: 'settle', params: fromEvent },
            },
            'socket.failed': {
              guard: not('isDelivered'),
              target: '#connection.backoff',
              actions: lost(failedSocket),
            },
            'socket.closed': {
              guard: not('isDelivered'),
              target: '#connection.backoff',
              actions: lost(closedSocket),
            },
          },
          after: { flushTimeout: 'leaving' },
        },
        leaving: { entry: 'closeSocket', after: { closeTimeout: '#connection.closed' } },
      },
    },
    closed: { type: 'final' },
    failed: { type: 'final', entry: { type: 'say', params: failedLink } },
  },
});

/** A link that was lost remembers why, and how long it waits before it tries again. */
function lost<E extends object>(cause: Cause<E>) {
  return [
    { type: 'holdFailure', params: cause },
    { type: 'planPause', params: pauseOf },
  ] as const;
}

/** The same before the registration, where attempts are counted. */
function lostEarly<E extends object>(cause: Cause<E>) {
  return [
    {
      guard: 'isExhausted',
      target: 'failed',
      actions: { type: 'holdFailure', params: exhausted(cause) },
    },
    {
      target: 'backoff',
      actions: [...lost(cause), { type: 'countFailure', params: statusOf }],
    },
  ] as const;
}
