import { assign, raise, sendTo, setup, spawnChild, stopChild } from 'xstate';
import type { Failure } from '../errors.js';
import {
  brokenSocket,
  closedSocket,
  failedSocket,
  isCredential,
  noAnswer,
  refused,
  silentServer,
  slowConnect,
  unreadable,
  wrongFirstMessage,
} from './connection.causes.js';
import type {
  Answer,
  Command,
  Context,
  Emitted,
  Event,
  Input,
  JobStatus,
  Output,
  Report,
  ServerInfo,
  SocketInput,
} from './connection.types.js';
import type { Assignment, Offer } from './job.types.js';
import { fromEvent, port, said, steps } from './support.js';

const firstPauseMs = 500;
const longestPauseMs = 10_000;
const malformedLimit = 10;
const refusalLimit = 3;

interface Told {
  readonly context: Context;
}

/**
 * The life of one link to a server: connecting, then registering, then registered; a link that is
 * lost waits in backoff and connects again. It failed when the server refuses the credentials three
 * times, when nobody speaks the protocol there, or when no job runs and the retries are used up.
 * Asked to close it is closing until the server has every status, then closed. Job statuses are
 * kept until a pong proves that they arrived; load reports only while they are new.
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
    isExhausted: ({ context: { failures, maxRetry, report } }) =>
      failures + 1 > maxRetry && (report?.jobIds.length ?? 0) === 0,
    isUnreadable: ({ context }) => context.malformed + 1 >= malformedLimit,
    hasNothingToDeliver: ({ context }) => context.outbox.length === 0,
    deliversLast: ({ context: { outbox } }, { ref }: { ref: number }) =>
      outbox.every((status) => status.ref <= ref),
  },
  actions: {
    openSocket: spawnChild('agentSocket', {
      id: 'socket',
      input: ({ context: { url, credentials } }) => ({ url, credentials }),
    }),
    dropSocket: stopChild('socket'),
    say: said<Context, Event, Emitted>(),
    register: sendTo(
      'socket',
      ({ context }): Command => ({
        type: 'send',
        message: { kind: 'register', ...context.registration },
      }),
    ),
    holdWorker: assign((_, { workerId }: { workerId: string }) => ({
      workerId,
      failures: 0,
      refusals: 0,
    })),
    holdReport: assign((_, { status, load, jobIds }: Report) => ({
      report: { status, load, jobIds },
    })),
    sendReport: sendTo(
      'socket',
      (_, { status, load, jobIds }: Report): Command => ({
        type: 'send',
        message: { kind: 'report', status, load, jobIds },
      }),
    ),
    sendAnswer: sendTo(
      'socket',
      (_, { jobId, available, terminate, participation }: Answer): Command => ({
        type: 'send',
        message: { kind: 'answer', jobId, available, terminate, participation },
        ref: jobId,
      }),
    ),
    holdStatus: assign(({ context }, { jobId, status, error }: JobStatus) => ({
      ref: context.ref + 1,
      outbox: [...context.outbox, { jobId, status, error, ref: context.ref + 1 }],
    })),
    /** A ping right behind the status: its pong proves that the server has read both. */
    sendStatus: steps<Context, Event, Emitted, JobStatus>(
      ({ context: { ref }, enqueue }, status) => {
        enqueue.sendTo('socket', statusFrame(status));
        enqueue.sendTo('socket', { type: 'ping', ref });
      },
    ),
    /** What a server must know of a worker that comes back, in this order. */
    introduce: steps<Context, Event, Emitted>(({ context: { report, outbox, ref }, enqueue }) => {
      if (report) {
        enqueue.sendTo('socket', { type: 'send', message: { kind: 'report', ...report } });
        if (report.jobIds.length > 0)
          enqueue.sendTo('socket', {
            type: 'send',
            message: { kind: 'migrate', jobIds: report.jobIds },
          });
      }
      for (const status of outbox) enqueue.sendTo('socket', statusFrame(status));
      if (outbox.length > 0) enqueue.sendTo('socket', { type: 'ping', ref });
    }),
    ping: sendTo('socket', ({ context: { ref } }): Command => ({ type: 'ping', ref })),
    closeSocket: sendTo('socket', { type: 'close' } satisfies Command),
    /** Everything sent before this ping has arrived. */
    settle: steps<Context, Event, Emitted, { ref: number }>(
      ({ context: { outbox, slot }, enqueue, self }, { ref }) => {
        enqueue.assign({ outbox: outbox.filter((status) => status.ref > ref) });
        for (const { jobId, status } of outbox.filter((one) => one.ref <= ref)) {
          if (status === 'running') continue;
          enqueue.emit({ type: 'link.delivered', slot, jobId });
          if (self._parent) enqueue.sendTo(self._parent, { type: 'link.delivered', slot, jobId });
        }
      },
    ),
    countRefusal: assign(({ context: { refusals } }, { status }: { status: number }) => ({
      refusals: isCredential(status) ? refusals + 1 : refusals,
    })),
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    holdJitter: assign((_, { jitter }: { jitter: number }) => ({ jitter })),
    holdFailure: assign((_, failure: Failure) => ({ failure })),
    giveUp: assign(({ context: { failures } }, { message }: Failure) => ({
      failure: {
        code: 'ERR_SERVER_UNREACHABLE',
        message: `The server could not be reached in ${failures + 1} attempts. The last one: ${message}`,
      },
    })),
    /** Full jitter: a fleet that lost its server comes back spread over the pause. */
    planPause: assign(({ context: { step, jitter } }) => ({
      step: step + 1,
      pauseMs: Math.round(jitter * Math.min(longestPauseMs, firstPauseMs * 2 ** step)),
    })),
    forgetPauses: assign({ step: 0 }),
    countMalformed: assign({ malformed: ({ context }) => context.malformed + 1 }),
    forgetMalformed: assign({ malformed: ({ context }) => Math.max(0, context.malformed - 1) }),
    startForgetting: raise({ type: 'malformed.forgotten' }, { delay: 'malformedWindow' }),
    resetMalformed: assign({ malformed: 0 }),
  },
  delays: {
    connectTimeout: 10_000,
    registerTimeout: 10_000,
    backoffPause: ({ context }) => context.pauseMs,
    pingPause: 5_000,
    silenceTimeout: 5_000,
    stableTime: 10_000,
    malformedWindow: 10_000,
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
    report: undefined,
    outbox: [],
    ref: 0,
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
    // With statuses to deliver it goes on until it is registered, or until its worker gives up.
    close: { guard: 'hasNothingToDeliver', target: '.closed' },
    'malformed.forgotten': { actions: 'forgetMalformed' },
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
          {
            guard: 'isExhausted',
            target: 'failed',
            actions: { type: 'giveUp', params: refused },
          },
          {
            target: 'backoff',
            actions: [
              { type: 'countRefusal', params: fromEvent },
              ...lost(refused),
              'countFailure',
            ],
          },
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
      on: {
        report: {
          actions: [
            { type: 'holdReport', params: fromEvent },
            { type: 'sendReport', params: fromEvent },
          ],
        },
        status: {
          actions: [
            { type: 'holdStatus', params: fromEvent },
            { type: 'sendStatus', params: fromEvent },
          ],
        },
        answer: { actions: { type: 'sendAnswer', params: fromEvent } },
        'server.offered': { actions: { type: 'say', params: offered } },
        'server.assigned': { actions: { type: 'say', params: assigned } },
        'server.terminated': { actions: { type: 'say', params: terminated } },
        'socket.wrote': { actions: { type: 'say', params: answered } },
        'socket.ponged': { actions: { type: 'settle', params: fromEvent } },
        'frame.malformed': [
          {
            guard: 'isUnreadable',
            target: 'backoff',
            actions: ['resetMalformed', ...lost(unreadable)],
          },
          { actions: ['countMalformed', 'startForgetting'] },
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
          entry: 'ping',
          on: { 'socket.heard': 'fresh' },
          after: {
            silenceTimeout: { target: '#connection.backoff', actions: lost(silentServer) },
          },
        },
      },
    },
    backoff: {
      entry: ['dropSocket', { type: 'say', params: lostLink }],
      after: { backoffPause: 'connecting' },
    },
    closing: {
      initial: 'flushing',
      on: { 'socket.failed': 'closed', 'socket.closed': 'closed', close: {} },
      states: {
        flushing: {
          entry: 'ping',
          on: {
            status: {
              actions: [
                { type: 'holdStatus', params: fromEvent },
                { type: 'sendStatus', params: fromEvent },
              ],
            },
            'socket.ponged': [
              {
                guard: { type: 'deliversLast', params: fromEvent },
                target: 'leaving',
                actions: { type: 'settle', params: fromEvent },
              },
              { actions: { type: 'settle', params: fromEvent } },
            ],
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

const statusFrame = ({ jobId, status, error }: JobStatus): Command => ({
  type: 'send',
  message: { kind: 'status', jobId, status, error },
});

type Cause<E> = (args: { event: E }) => Failure;

/** A link that was lost remembers why, and how long it waits before it tries again. */
function lost<E>(cause: Cause<E>) {
  return [
    { type: 'holdFailure', params: cause },
    { type: 'holdJitter', params: jitterOf },
    { type: 'planPause' },
  ] as const;
}

/** The same before the registration, where attempts are counted. */
function lostEarly<E>(cause: Cause<E>) {
  return [
    { guard: 'isExhausted', target: 'failed', actions: { type: 'giveUp', params: cause } },
    { target: 'backoff', actions: [...lost(cause), { type: 'countFailure' }] },
  ] as const;
}

function jitterOf({ context, event }: Told & { event: object }): { jitter: number } {
  return { jitter: 'jitter' in event ? Number(event.jitter) : context.jitter };
}

type From<Fact> = Told & { event: Fact };

function registered({
  context: { slot },
  event: { workerId, server },
}: From<{ workerId: string; server: ServerInfo }>): Emitted {
  return { type: 'link.registered', slot, workerId, server };
}

function offered({ context: { slot }, event: { offer } }: From<{ offer: Offer }>): Emitted {
  return { type: 'link.offered', slot, offer };
}

function assigned({
  context: { slot },
  event: { assignment },
}: From<{ assignment: Assignment }>): Emitted {
  return { type: 'link.assigned', slot, assignment };
}

function terminated({ context: { slot }, event: { jobId } }: From<{ jobId: string }>): Emitted {
  return { type: 'link.terminated', slot, jobId };
}

function answered({ context: { slot }, event: { ref } }: From<{ ref: string }>): Emitted {
  return { type: 'link.answered', slot, jobId: ref };
}

function lostLink({ context: { slot, failure, pauseMs } }: Told): Emitted {
  return { type: 'link.lost', slot, error: known(failure), retryMs: pauseMs };
}

function failedLink({ context: { slot, failure } }: Told): Emitted {
  return { type: 'link.failed', slot, error: known(failure) };
}

function known(failure: Failure | undefined): Failure {
  return failure ?? { code: 'ERR_CONNECTION_FAILED', message: 'The connection was lost.' };
}
