import { assign, type DoneStateEvent, sendTo, setup, spawnChild } from 'xstate';
import type { Failure, WorkerErrorCode } from '../errors.js';
import type { Participation } from './job.types.js';
import { limits } from './job-request.limits.js';
import {
  accepted,
  alreadyAnswered,
  launch,
  no,
  notStarted,
  over,
  screened,
  threw,
  unstartable,
  yes,
} from './job-request.told.js';
import type {
  Command,
  Context,
  Emitted,
  Event,
  HandlerInput,
  Input,
  Output,
  Screened,
} from './job-request.types.js';
import { fromEvent, messageOf, port, said } from './support.js';

/**
 * The life of one offer: received, it needs a worker that takes jobs and a free place; it is
 * screened by the user's policy and decided by the request handler. If that accepts, the answer is
 * written (accepting), the offer awaits its assignment, is launching until a process acknowledges
 * the job, and is launched. It is rejected when a guard, the handler or the clock says no, it
 * expires when its connection is lost or no assignment comes, and it fails when an assigned job
 * does not start. Exactly one answer leaves on every path, unless the connection died first.
 */
export const jobRequestMachine = setup({
  types: {
    input: {} as Input,
    context: {} as Context,
    events: {} as Event,
    emitted: {} as Emitted,
    output: {} as Output,
    tags: {} as 'undecided' | 'accepted',
    children: {} as { handler: 'requestHandler' },
  },
  actors: { requestHandler: port<Command, HandlerInput>('requestHandler') },
  guards: {
    isTooLate: ({ context }, { elapsedMs }: { elapsedMs: number }) =>
      elapsedMs > context.timeouts.requestMs,
    isUnwanted: ({ context }) => !context.capacity.accepting,
    /** Policy: is there a place for one more job? Replace it to be stricter; `isUnwanted` comes first. */
    hasCapacity: (_, { capacity }: Screened) =>
      capacity.activeJobs + capacity.reservedJobs < capacity.maxJobs &&
      capacity.load < capacity.loadThreshold,
    /** Policy: does this worker want this job? Replace it with `provide` or `withPolicies`. */
    acceptsJob: (_, _screened: Screened) => true,
  },
  actions: {
    holdAcceptance: assign(
      (_, { participation, at }: { participation: Participation; at: number }) => ({
        participation,
        acceptedAt: at,
      }),
    ),
    holdTermination: assign((_, { terminate }: { terminate: boolean }) => ({ terminate })),
    because: assign((_, { reason }: { reason: string }) => ({ reason })),
    becauseOf: assign((_, { error }: { error: unknown }) => ({ reason: messageOf(error) })),
    startHandler: spawnChild('requestHandler', {
      id: 'handler',
      input: ({ context: { offer, requestFnc } }) => ({ offer, requestFnc }),
    }),
    confirm: sendTo(
      'handler',
      (_, { stage }: { stage: 'answered' | 'assigned' | 'launched' }): Command => ({
        type: 'confirm',
        stage,
      }),
    ),
    refuseCall: sendTo(
      'handler',
      (_, { call }: { call: number }): Command => ({
        type: 'refuse',
        call,
        error: alreadyAnswered,
      }),
    ),
    endCalls: sendTo('handler', (_, error: Failure): Command => ({ type: 'fail', error })),
    say: said<Context, Event, Emitted>(),
    ...limits,
  },
}).createMachine({
  id: 'jobRequest',
  context: ({ input }) => ({
    ...input,
    participation: {
      name: '',
      identity: `agent-${input.offer.id}`,
      metadata: '',
      attributes: {},
    },
    acceptedAt: undefined,
    terminate: false,
    reason: '',
  }),
  output: ({ context: { offer, reason }, event }) => ({
    jobId: offer.id,
    kind: (event as DoneStateEvent<Output['kind']>).output,
    reason,
  }),
  options: { maxIterations: 100 },
  initial: 'received',
  on: {
    'handler.accepted': { actions: { type: 'refuseCall', params: fromEvent } },
    'handler.rejected': { actions: { type: 'refuseCall', params: fromEvent } },
    'handler.threw': { actions: { type: 'say', params: threw } },
    // A handler that broke after its answer changes nothing: the answer stands.
    'xstate.error.actor.handler': {},
  },
  states: {
    received: {
      always: [
        // No policy makes a worker take jobs while it is full or on its way out.
        {
          guard: 'isUnwanted',
          target: 'rejected',
          actions: because('the worker takes no jobs now'),
        },
        { guard: { type: 'hasCapacity', params: screened }, target: 'screening' },
        { target: 'rejected', actions: because('no capacity') },
      ],
    },
    screening: {
      always: [
        { guard: { type: 'acceptsJob', params: screened }, target: 'deciding' },
        { target: 'rejected', actions: because('refused by policy') },
      ],
    },
    deciding: {
      tags: 'undecided',
      entry: ['startHandler', 'armRequestTimeout'],
      exit: 'disarmRequestTimeout',
      on: {
        'handler.accepted': [
          // The timer of a worker that was blocked comes later than the answer.
          {
            guard: { type: 'isTooLate', params: fromEvent },
            target: 'rejected',
            actions: ended('requestFnc did not answer in time'),
          },
          {
            target: 'accepting',
            actions: { type: 'holdAcceptance', params: fromEvent },
          },
        ],
        'handler.rejected': {
          target: 'rejected',
          actions: [
            { type: 'holdTermination', params: fromEvent },
            because('refused by requestFnc'),
            { type: 'confirm', params: { stage: 'answered' } },
            { type: 'endCalls', params: alreadyAnswered },
          ],
        },
        'handler.returned': {
          target: 'rejected',
          actions: ended('requestFnc returned without an answer'),
        },
        'handler.threw': {
          target: 'rejected',
          actions: [...ended('requestFnc threw'), { type: 'say', params: threw }],
        },
        'xstate.error.actor.handler': {
          target: 'rejected',
          actions: { type: 'becauseOf', params: fromEvent },
        },
        'requestTimeout.passed': {
          target: 'rejected',
          actions: ended('requestFnc did not answer in time'),
        },
        'link.lost': { target: 'expired', actions: ended('the connection was lost') },
        'job.terminated': { target: 'rejected', actions: ended('ended by the server') },
        withdraw: { target: 'rejected', actions: ended('the worker is draining') },
        cancel: { target: 'rejected', actions: ended('the worker is stopping') },
      },
    },
    accepting: {
      tags: 'accepted',
      entry: [{ type: 'say', params: yes }, 'armAnswerTimeout'],
      exit: 'disarmAnswerTimeout',
      on: {
        'answer.written': {
          target: 'awaitingAssignment',
          actions: { type: 'confirm', params: { stage: 'answered' } },
        },
        // The server may be faster than the word that our answer left.
        'assignment.received': {
          target: 'launching',
          actions: [
            { type: 'confirm', params: { stage: 'answered' } },
            { type: 'say', params: accepted },
            { type: 'say', params: launch },
          ],
        },
        'answerTimeout.passed': {
          target: 'expired',
          actions: ended('the answer could not be written', 'ERR_ANSWER_NOT_SENT'),
        },
        'link.lost': {
          target: 'expired',
          actions: ended('the connection was lost', 'ERR_ANSWER_NOT_SENT'),
        },
        'job.terminated': { target: 'expired', actions: ended('ended by the server') },
        cancel: { target: 'expired', actions: ended('the worker is stopping') },
      },
    },
    awaitingAssignment: {
      tags: 'accepted',
      entry: [{ type: 'say', params: accepted }, 'armAssignmentTimeout'],
      exit: 'disarmAssignmentTimeout',
      on: {
        'assignment.received': {
          target: 'launching',
          actions: { type: 'say', params: launch },
        },
        'assignmentTimeout.passed': {
          target: 'expired',
          actions: ended('the server sent no assignment in time', 'ERR_ASSIGNMENT_TIMEOUT'),
        },
        'link.lost': { target: 'expired', actions: ended('the connection was lost') },
        'job.terminated': { target: 'expired', actions: ended('ended by the server') },
        cancel: { target: 'expired', actions: ended('the worker is stopping') },
      },
    },
    launching: {
      tags: 'accepted',
      entry: [{ type: 'confirm', params: { stage: 'assigned' } }, 'armLaunchTimeout'],
      on: {
        'job.started': {
          target: 'launched',
          actions: [
            { type: 'confirm', params: { stage: 'launched' } },
            { type: 'endCalls', params: alreadyAnswered },
          ],
        },
        'job.unstartable': {
          target: 'failed',
          actions: [
            { type: 'because', params: unstartable },
            { type: 'endCalls', params: notStarted },
          ],
        },
        'launchTimeout.passed': {
          target: 'failed',
          actions: ended('no process could start the job in time', 'ERR_LAUNCH_FAILED'),
        },
        'job.terminated': {
          target: 'failed',
          actions: ended('ended by the server', 'ERR_LAUNCH_FAILED'),
        },
        cancel: {
          target: 'failed',
          actions: ended('the worker stopped before the job started', 'ERR_LAUNCH_FAILED'),
        },
      },
    },
    launched: { type: 'final', output: 'launched' },
    rejected: { type: 'final', entry: { type: 'say', params: no }, output: 'rejected' },
    expired: { type: 'final', output: 'expired' },
    failed: { type: 'final', output: 'failed' },
  },
});

function because(reason: string) {
  return { type: 'because', params: { reason } } as const;
}

/** A request that ends behind its handler's back: the calls of that end, too. */
function ended(reason: string, code?: WorkerErrorCode) {
  return [because(reason), { type: 'endCalls', params: over(reason, code) }] as const;
}
