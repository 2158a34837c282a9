import { assign, cancel, type DoneStateEvent, sendTo, setup, spawnChild } from 'xstate';
import type { Failure } from '../errors.js';
import type { Assignment, Capacity, Offer, Participation } from './job.types.js';
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
import { armed, fromEvent, messageOf, port, said } from './support.js';

const screened = ({ context: { offer, capacity } }: { context: Screened }): Screened => ({
  offer,
  capacity,
});
const because = (reason: string) => ({ type: 'because', params: { reason } }) as const;

/**
 * The life of one offer: received, it needs a free place; it is screened by the user's policy and
 * decided by the request handler. If that accepts, the answer is written (accepting), the offer
 * awaits its assignment, is launching until a process acknowledges the job, and is launched. It is
 * rejected when a guard, the handler or the clock says no, it expires when its connection is lost
 * or no assignment comes, and it fails when an assigned job does not start. Exactly one answer
 * leaves on every path, unless the connection died first.
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
    /** Policy: is there a place for one more job? Replace it to count differently. */
    hasCapacity: (_, { capacity }: Screened) =>
      capacity.accepting &&
      capacity.activeJobs + capacity.reservedJobs < capacity.maxJobs &&
      capacity.load < capacity.loadThreshold,
    /** Policy: does this worker want this job? Replace it with `provide` or `withPolicies`. */
    acceptsJob: (_, _screened: Screened) => true,
  },
  actions: {
    startHandler: spawnChild('requestHandler', {
      id: 'handler',
      input: ({ context: { offer, requestFnc } }) => ({ offer, requestFnc }),
    }),
    holdParticipation: assign((_, { participation }: { participation: Participation }) => ({
      participation,
    })),
    holdTermination: assign((_, { terminate }: { terminate: boolean }) => ({ terminate })),
    because: assign((_, { reason }: { reason: string }) => ({ reason })),
    becauseOf: assign((_, { error }: { error: unknown }) => ({ reason: messageOf(error) })),
    say: said<Context, Event, Emitted>(),
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
        error: {
          code: 'ERR_ALREADY_ANSWERED',
          message: 'This offer is already answered. Call accept() or reject() once.',
        },
      }),
    ),
    armAssignmentTimeout: armed<Context, Event>(
      'assignmentTimeout.passed',
      ({ timeouts }) => timeouts.assignmentMs,
    ),
    armLaunchTimeout: armed<Context, Event>(
      'launchTimeout.passed',
      ({ timeouts }) => timeouts.launchMs,
    ),
    disarmAssignmentTimeout: cancel('assignmentTimeout.passed'),
    disarmLaunchTimeout: cancel('launchTimeout.passed'),
  },
  delays: {
    requestTimeout: ({ context }) => context.timeouts.requestMs,
    answerTimeout: ({ context }) => context.timeouts.answerMs,
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
      entry: 'startHandler',
      on: {
        'handler.accepted': {
          target: 'accepting',
          actions: { type: 'holdParticipation', params: fromEvent },
        },
        'handler.rejected': {
          target: 'rejected',
          actions: [
            { type: 'holdTermination', params: fromEvent },
            because('refused by requestFnc'),
            { type: 'confirm', params: { stage: 'answered' } },
          ],
        },
        'handler.returned': {
          target: 'rejected',
          actions: because('requestFnc returned without an answer'),
        },
        'handler.threw': {
          target: 'rejected',
          actions: [because('requestFnc threw'), { type: 'say', params: threw }],
        },
        'xstate.error.actor.handler': {
          target: 'rejected',
          actions: { type: 'becauseOf', params: fromEvent },
        },
        'link.lost': { target: 'expired', actions: because('the connection was lost') },
        'job.terminated': { target: 'rejected', actions: because('ended by the server') },
        withdraw: { target: 'rejected', actions: because('the worker is draining') },
        cancel: { target: 'rejected', actions: because('the worker is stopping') },
      },
      after: {
        requestTimeout: {
          target: 'rejected',
          actions: because('requestFnc did not answer in time'),
        },
      },
    },
    accepting: {
      tags: 'accepted',
      entry: { type: 'say', params: yes },
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
            { type: 'say', params: launch },
          ],
        },
        'link.lost': { target: 'expired', actions: because('the connection was lost') },
        'job.terminated': { target: 'expired', actions: because('ended by the server') },
        cancel: { target: 'expired', actions: because('the worker is stopping') },
      },
      after: {
        answerTimeout: { target: 'expired', actions: because('the answer could not be written') },
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
          actions: because('the server sent no assignment in time'),
        },
        'link.lost': { target: 'expired', actions: because('the connection was lost') },
        'job.terminated': { target: 'expired', actions: because('ended by the server') },
        cancel: { target: 'expired', actions: because('the worker is stopping') },
      },
    },
    launching: {
      tags: 'accepted',
      entry: [{ type: 'confirm', params: { stage: 'assigned' } }, 'armLaunchTimeout'],
      exit: 'disarmLaunchTimeout',
      on: {
        'job.started': {
          target: 'launched',
          actions: { type: 'confirm', params: { stage: 'launched' } },
        },
        'job.unstartable': { target: 'failed', actions: { type: 'becauseOf', params: fromEvent } },
        'launchTimeout.passed': {
          target: 'failed',
          actions: because('no process could start the job in time'),
        },
        'job.terminated': { target: 'failed', actions: because('ended by the server') },
        cancel: { target: 'failed', actions: because('the worker stopped before the job started') },
      },
    },
    launched: { type: 'final', output: 'launched' },
    rejected: { type: 'final', entry: { type: 'say', params: no }, output: 'rejected' },
    expired: { type: 'final', output: 'expired' },
    failed: { type: 'final', output: 'failed' },
  },
});

interface Told {
  readonly context: Context;
}

function no({ context: { offer, terminate } }: Told): Emitted {
  return {
    type: 'request.answered',
    jobId: offer.id,
    available: false,
    terminate,
    participation: undefined,
  };
}

function yes({ context: { offer, participation } }: Told): Emitted {
  return {
    type: 'request.answered',
    jobId: offer.id,
    available: true,
    terminate: false,
    participation,
  };
}

function accepted({ context: { offer } }: Told): Emitted {
  return { type: 'request.accepted', jobId: offer.id };
}

function threw({ context: { offer }, event }: Told & { event: { error: Failure } }): Emitted {
  return { type: 'request.threw', jobId: offer.id, error: event.error };
}

function launch({
  context: { offer, participation, workerId },
  event: { assignment },
}: Told & { event: { assignment: Assignment } }): Emitted {
  return {
    type: 'request.assigned',
    launch: {
      jobId: offer.id,
      url: assignment.url,
      token: assignment.token,
      record: assignment.record ?? offer.record,
      participation,
      workerId,
    },
  };
}
