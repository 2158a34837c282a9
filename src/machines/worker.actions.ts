import type { PromiseActorLogic } from 'xstate';
import type { Failure } from '../errors.js';
import type {
  Output as LinkEnded,
  Event as LinkEvent,
  Input as LinkInput,
} from './connection.types.js';
import type { Assignment, JobEnd, Launch, Offer, Participation } from './job.types.js';
import type {
  Output as RequestEnded,
  Event as RequestEvent,
  Input as RequestInput,
} from './job-request.types.js';
import { freeSlot, messageOf, type Slot, slotOf, steps, stopTree } from './support.js';
import {
  accepted,
  capacityFor,
  isOverloaded,
  jobOf,
  remembered,
  reportOf,
  requestOf,
  runningJobs,
} from './worker.facts.js';
import type { ActiveJob, Context, Emitted, Event, RemovalInput } from './worker.types.js';

/** What a worker does, beside its chart. Every action loops over the context and sends; none waits. */

/** The server removes a terminated agent after 3 s, so its entrypoint gets half of that at most. */
const terminationGraceMs = 1_500;
const answerMs = 2_000;
/** A launch may take a cold start and three tries. */
const launchTries = 3;

export type LinkLogic = Slot<LinkEvent, LinkInput, LinkEnded>;
export type RequestLogic = Slot<RequestEvent, RequestInput, RequestEnded>;
export type RemovalLogic = PromiseActorLogic<void, RemovalInput>;

interface LinkActor {
  readonly src: 'connection';
  readonly logic: LinkLogic;
  readonly id: `link.${number}`;
}
interface RequestActor {
  readonly src: 'jobRequest';
  readonly logic: RequestLogic;
  readonly id: `req.${number}`;
}
interface RemovalActor {
  readonly src: 'participantRemoval';
  readonly logic: RemovalLogic;
  readonly id: `remove.${number}`;
}

type Told<Type extends Event['type']> = Extract<Event, { type: Type }>;

export const links = {
  openLinks: steps<Context, Event, Emitted, undefined, LinkActor>(
    ({ context: { settings }, enqueue }) => {
      enqueue.assign({ links: [0] });
      enqueue.spawnChild('connection', {
        id: 'link.0',
        input: {
          slot: 0,
          url: settings.url,
          credentials: settings.credentials,
          maxRetry: settings.maxRetry,
          registration: {
            workerType: settings.workerType,
            agentName: settings.agentName,
            version: settings.version,
            deployment: settings.deployment,
            permissions: settings.permissions,
          },
        },
      });
    },
  ),
  sendReport: steps<Context, Event, Emitted, { status: 'available' | 'full' }>(
    ({ context, enqueue }, { status }) => {
      for (const link of context.links)
        enqueue.sendTo(`link.${link}`, { type: 'report', ...reportOf(context, status) });
      enqueue.sendTo('load', { type: 'jobs', jobIds: runningJobs(context) });
    },
  ),
  closeLinks: steps<Context, Event, Emitted>(({ context, enqueue }) => {
    for (const link of context.links) enqueue.sendTo(`link.${link}`, { type: 'close' });
  }),
  dropLink: steps<Context, Event, Emitted, { actorId: string }>(
    ({ context, enqueue }, { actorId }) => {
      enqueue.stopChild(actorId);
      enqueue.assign({ links: context.links.filter((slot) => slot !== slotOf(actorId)) });
    },
  ),
  /** What a lost connection asked is forgotten by its server. */
  loseRequests: steps<Context, Event, Emitted, { slot: number }>(
    ({ context, enqueue }, { slot }) => {
      for (const request of context.requests)
        if (request.link === slot) enqueue.sendTo(`req.${request.slot}`, { type: 'link.lost' });
    },
  ),
};

export const requests = {
  openRequest: steps<
    Context,
    Event,
    Emitted,
    { slot: number; offer: Offer; accepting: boolean },
    RequestActor
  >(({ context, enqueue }, { slot: link, offer, accepting }) => {
    const { settings } = context;
    const slot = freeSlot(context.requests);
    enqueue.assign({
      requests: [
        ...context.requests,
        {
          slot,
          link,
          jobId: offer.id,
          room: offer.room.name,
          identity: '',
          url: '',
          phase: 'open',
        },
      ],
    });
    enqueue.emit({ type: 'job.offered', jobId: offer.id, agentName: offer.agentName });
    enqueue.spawnChild('jobRequest', {
      id: `req.${slot}`,
      input: {
        offer,
        capacity: capacityFor(context, offer, accepting),
        requestFnc: settings.requestFnc,
        workerId: context.workerId,
        timeouts: {
          requestMs: settings.requestTimeout,
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
  passAnswer: steps<
    Context,
    Event,
    Emitted,
    {
      jobId: string;
      available: boolean;
      terminate: boolean;
      participation: Participation | undefined;
    }
  >(({ context, enqueue }, { jobId, available, terminate, participation }) => {
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
    if (available)
      enqueue.assign({
        requests: context.requests.map((one) =>
          one.jobId === jobId
            ? { ...one, phase: 'accepted', identity: participation?.identity ?? '' }
            : one,
        ),
      });
  }),
  passToRequest: steps<Context, Event, Emitted, { jobId: string; event: RequestEvent }>(
    ({ context, enqueue }, { jobId, event }) => {
      const request = requestOf(context, jobId);
      if (request) enqueue.sendTo(`req.${request.slot}`, event);
    },
  ),
  launch: steps<Context, Event, Emitted, { launch: Launch }>(({ context, enqueue }, { launch }) => {
    enqueue.assign({
      requests: context.requests.map((one) =>
        one.jobId === launch.jobId ? { ...one, phase: 'assigned', url: launch.url } : one,
      ),
    });
    enqueue.sendTo('pool', { type: 'launch', launch });
  }),
  withdrawAll: steps<Context, Event, Emitted>(({ context, enqueue }) => {
    for (const { slot } of context.requests) enqueue.sendTo(`req.${slot}`, { type: 'withdraw' });
  }),
  cancelAll: steps<Context, Event, Emitted>(({ context, enqueue }) => {
    for (const { slot } of context.requests) enqueue.sendTo(`req.${slot}`, { type: 'cancel' });
  }),
  closeRequest: steps<Context, Event, Emitted, { actorId: string; output: RequestEnded }>(
    ({ context, enqueue }, { actorId, output: { jobId, kind, reason } }) => {
      const request = requestOf(context, jobId);
      enqueue.stopChild(actorId);
      enqueue.assign({ requests: context.requests.filter((one) => one.jobId !== jobId) });
      if (kind === 'rejected') enqueue.emit({ type: 'job.rejected', jobId, reason });
      if (kind === 'expired') enqueue.emit({ type: 'job.expired', jobId, reason });
      if (kind === 'failed' && request)
        failUnstarted(enqueue, context, request, { code: 'ERR_LAUNCH_FAILED', message: reason });
    },
  ),
  /** A policy threw: that one offer is refused, everything else goes on. */
  buryRequest: steps<Context, Event, Emitted, { actorId: string; error: unknown }>(
    ({ context, enqueue, self }, { actorId, error }) => {
      const dead = self.getSnapshot().children[actorId];
      const request = context.requests.find(({ slot }) => slot === slotOf(actorId));
      if (dead) enqueue(() => stopTree(dead));
      enqueue.stopChild(actorId);
      enqueue.assign({ requests: context.requests.filter((one) => one !== request) });
      if (!request) return;
      const failure = { code: 'ERR_POLICY', message: `A policy threw: ${messageOf(error)}` };
      enqueue.emit({ type: 'warning', error: failure });
      if (request.phase === 'assigned') failUnstarted(enqueue, context, request, failure);
      else {
        if (request.phase === 'open' && context.links.includes(request.link))
          enqueue.sendTo(`link.${request.link}`, refusal(request.jobId));
        enqueue.emit({ type: 'job.rejected', jobId: request.jobId, reason: failure.message });
      }
    },
  ),
};

export const jobs = {
  /** An assignment that nobody waits for starts nothing, and is reported failed once. */
  refuseAssignment: steps<Context, Event, Emitted, { slot: number; assignment: Assignment }>(
    ({ context, enqueue }, { slot, assignment: { jobId } }) => {
      const error: Failure = {
        code: 'ERR_LAUNCH_FAILED',
        message: 'The assignment was late, or for an offer that this worker did not accept.',
      };
      enqueue.sendTo(`link.${slot}`, {
        type: 'status',
        jobId,
        status: 'failed',
        error: error.message,
      });
      enqueue.assign({ ended: remembered(context.ended, jobId) });
      enqueue.emit({ type: 'job.ended', jobId, outcome: 'failed', error });
    },
  ),
  holdJob: steps<Context, Event, Emitted, Told<'job.started'>>(
    ({ context, enqueue }, { jobId, pid }) => {
      const request = requestOf(context, jobId);
      if (!request) return;
      const { link, room, identity, url } = request;
      const job: ActiveJob = { jobId, link, room, identity, url, phase: 'running' };
      enqueue.assign({ jobs: [...context.jobs, job] });
      if (context.links.includes(link))
        enqueue.sendTo(`link.${link}`, { type: 'status', jobId, status: 'running', error: '' });
      enqueue.sendTo(`req.${request.slot}`, { type: 'job.started' });
      enqueue.emit({ type: 'job.started', jobId, pid });
    },
  ),
  reportEnd: steps<Context, Event, Emitted, { jobId: string; end: JobEnd }>(
    ({ context, enqueue }, { jobId, end }) => {
      const job = jobOf(context, jobId);
      if (job?.phase !== 'running') return;
      enqueue.assign({
        jobs: context.jobs.map((one) => (one === job ? { ...one, phase: 'ended' } : one)),
        ended: remembered(context.ended, jobId),
      });
      const error = end.outcome === 'failed' ? end.error : undefined;
      if (context.links.includes(job.link))
        enqueue.sendTo(`link.${job.link}`, {
          type: 'status',
          jobId,
          status: end.outcome,
          error: error?.message ?? '',
        });
      enqueue.emit({ type: 'job.ended', jobId, outcome: end.outcome, error });
    },
  ),
  dropJob: steps<Context, Event, Emitted, { jobId: string }>(({ context, enqueue }, { jobId }) => {
    enqueue.assign({ jobs: context.jobs.filter((job) => job.jobId !== jobId) });
  }),
  /** A dead process leaves its participant in the room for many seconds. */
  removeParticipant: steps<Context, Event, Emitted, { jobId: string; died: boolean }, RemovalActor>(
    ({ context, enqueue }, { jobId, died }) => {
      const { settings } = context;
      const job = jobOf(context, jobId);
      if (!died || !job || !settings.removeDeadParticipant || job.url.startsWith('simulated:'))
        return;
      const slot = freeSlot(context.removals);
      enqueue.assign({ removals: [...context.removals, { slot }] });
      enqueue.spawnChild('participantRemoval', {
        id: `remove.${slot}`,
        input: {
          url: settings.url,
          credentials: settings.credentials,
          room: job.room,
          identity: job.identity,
        },
      });
    },
  ),
  dropRemoval: steps<Context, Event, Emitted, { actorId: string }>(
    ({ context, enqueue }, { actorId }) => {
      enqueue.stopChild(actorId);
      enqueue.assign({ removals: context.removals.filter(({ slot }) => slot !== slotOf(actorId)) });
    },
  ),
  terminate: steps<Context, Event, Emitted, { jobId: string }>(
    ({ context, enqueue }, { jobId }) => {
      const request = requestOf(context, jobId);
      if (request) enqueue.sendTo(`req.${request.slot}`, { type: 'job.terminated' });
      else
        enqueue.sendTo('pool', {
          type: 'job.shutdown',
          jobId,
          reason: 'terminated by the server',
          graceMs: Math.min(context.settings.entrypointGraceTimeout, terminationGraceMs),
        });
    },
  ),
  /** The status is at the server, so the job may leave its room. */
  passDelivery: steps<Context, Event, Emitted, { jobId: string }>(({ enqueue }, { jobId }) => {
    enqueue.sendTo('pool', { type: 'outcome.delivered', jobId });
  }),
  setTarget: steps<Context, Event, Emitted>(({ context, enqueue }) => {
    const idle = isOverloaded(context) ? 0 : context.settings.numIdleProcesses;
    enqueue.sendTo('pool', { type: 'target.set', idle });
  }),
  drainPool: steps<Context, Event, Emitted>(({ context, enqueue }) => {
    enqueue.sendTo('pool', { type: 'drain', keep: accepted(context) });
  }),
};

const refusal = (jobId: string): LinkEvent => ({
  type: 'answer',
  jobId,
  available: false,
  terminate: false,
  participation: undefined,
});

interface Enqueue {
  assign(change: Partial<Context>): void;
  sendTo(
    target: string,
    event: LinkEvent | { type: 'launch.cancel'; jobId: string; reason: string },
  ): void;
  emit(event: Emitted): void;
}

/** An assigned job that no process runs: the server hears that it failed, the pool forgets it. */
function failUnstarted(
  enqueue: Enqueue,
  context: Context,
  { jobId, link }: { jobId: string; link: number },
  error: Failure,
): void {
  enqueue.sendTo('pool', { type: 'launch.cancel', jobId, reason: error.message });
  if (context.links.includes(link))
    enqueue.sendTo(`link.${link}`, {
      type: 'status',
      jobId,
      status: 'failed',
      error: error.message,
    });
  enqueue.assign({ ended: remembered(context.ended, jobId) });
  enqueue.emit({ type: 'job.ended', jobId, outcome: 'failed', error });
}
