import type { Event as LinkEvent } from './connection.types.js';
import type { Offer, Participation } from './job.types.js';
import type {
  Output as RequestEnded,
  Event as RequestEvent,
  Input as RequestInput,
} from './job-request.types.js';
import { freeSlot, type Slot, steps } from './support.js';
import { capacityFor, requestOf, withAcceptance, withRequest } from './worker.facts.js';
import type { Context, Emitted, Event, Settings } from './worker.types.js';

/** What a worker does with offers, from the question to the answer. */

const answerMs = 2_000;
/** A launch may take a cold start and three tries. */
const launchTries = 3;

/** A machine that serves as a `jobRequest`. */
export type RequestLogic = Slot<RequestEvent, RequestInput, RequestEnded>;

interface RequestActor {
  readonly src: 'jobRequest';
  readonly logic: RequestLogic;
  readonly id: `req.${number}`;
}

export interface Answered {
  readonly jobId: string;
  readonly available: boolean;
  readonly terminate: boolean;
  readonly participation: Participation | undefined;
  readonly at: number | undefined;
}

/** Actions about offers. */
export const offers = {
  openRequest: steps<
    Context,
    Event,
    Emitted,
    { slot: number; offer: Offer; lateMs: number; accepting: boolean },
    RequestActor
  >(({ context, enqueue }, { slot: link, offer, lateMs, accepting }) => {
    const { settings } = context;
    const slot = freeSlot(context.requests);
    const room = offer.room.name;
    const request = {
      slot,
      link,
      jobId: offer.id,
      room,
      identity: '',
      url: '',
      phase: 'open',
    } as const;
    enqueue.assign({ requests: [...context.requests, request] });
    enqueue.emit({ type: 'job.offered', jobId: offer.id, agentName: offer.agentName });
    enqueue.spawnChild('jobRequest', {
      id: `req.${slot}`,
      input: {
        offer,
        capacity: capacityFor(context, offer, accepting),
        requestFnc: settings.requestFnc,
        workerId: context.workerId,
        timeouts: {
          // The server counts from when it asked.
          requestMs: settings.requestTimeout - lateMs,
          answerMs,
          assignmentMs: settings.assignmentTimeout,
          launchMs: settings.initializeProcessTimeout + launchTries * settings.startTimeout,
        },
      },
    });
  }),
  refuseOffer: steps<Context, Event, Emitted, { slot: number; offer: Offer; reason: string }>(
    ({ enqueue }, { slot, offer, reason }) => {
      enqueue.sendTo(`link.${slot}`, refusal(offer.id));
      enqueue.emit({ type: 'job.rejected', jobId: offer.id, reason });
    },
  ),
  passAnswer: steps<Context, Event, Emitted, Answered>(
    ({ context, enqueue }, { jobId, available, terminate, participation, at }) => {
      const request = requestOf(context, jobId);
      if (!request) return;
      if (context.links.includes(request.link))
        enqueue.sendTo(`link.${request.link}`, {
          type: 'answer',
          jobId,
          available,
          terminate,
          participation,
        });
      if (available && overridesName(context.settings, participation))
        enqueue.emit(reservedAttribute(jobId));
      if (available && at !== undefined)
        enqueue.assign({ acceptedAt: withAcceptance(context, at) });
      if (available)
        enqueue.assign({
          requests: withRequest(context, jobId, {
            phase: 'accepted',
            identity: participation?.identity ?? '',
          }),
        });
    },
  ),
};

/** Tools find agents by this attribute, so a worker with a name says it there itself. */
const nameAttribute = 'lk.agent.name';

const overridesName = (
  { agentName }: Pick<Settings, 'agentName'>,
  participation: Participation | undefined,
): boolean => {
  const given = participation?.attributes[nameAttribute];
  return agentName !== '' && given !== undefined && given !== agentName;
};

const reservedAttribute = (jobId: string): Emitted => ({
  type: 'warning',
  error: {
    code: 'ERR_RESERVED_ATTRIBUTE',
    message: `accept() was given the attribute "${nameAttribute}"; it is the worker's own, and keeps its agent name.`,
  },
  jobId,
});

/** The answer to an offer that has no request, or none any more. */
export const refusal = (jobId: string): LinkEvent => ({
  type: 'answer',
  jobId,
  available: false,
  terminate: false,
  participation: undefined,
});
