import type { Failure } from '../errors.js';
import type { Event as LinkEvent } from './connection.types.js';
import type { Assignment, Launch } from './job.types.js';
import type { Output as RequestEnded, Event as RequestEvent } from './job-request.types.js';
import { messageOf, slotOf, steps, stopTree } from './support.js';
import { requestOf, withEnded, withRequest } from './worker.facts.js';
import { refusal } from './worker.offers.js';
import type { Context, Emitted, Event, OpenRequest } from './worker.types.js';
import { failedWith, tellEnd } from './worker.verdict.js';

/** What becomes of the offers that have a request: launched, withdrawn, or over. */

/** Actions about open requests. */
export const requests = {
  passToRequest: steps<Context, Event, Emitted, { jobId: string; event: RequestEvent }>(
    ({ context, enqueue }, { jobId, event }) => {
      const request = requestOf(context, jobId);
      if (request) enqueue.sendTo(`req.${request.slot}`, event);
    },
  ),
  launch: steps<Context, Event, Emitted, { launch: Launch }>(({ context, enqueue }, { launch }) => {
    const { jobId } = launch;
    // The open server names no address: the room is where the worker is registered.
    const url = launch.url || context.settings.url;
    enqueue.assign({ requests: withRequest(context, jobId, { phase: 'assigned', url }) });
    enqueue.sendTo('pool', { type: 'launch', launch: { ...launch, url } });
  }),
  /** An assignment that nobody waits for starts nothing, and is reported failed once. */
  refuseAssignment: steps<Context, Event, Emitted, { slot: number; assignment: Assignment }>(
    ({ context, enqueue }, { slot: link, assignment: { jobId } }) => {
      enqueue.assign(withEnded(context, jobId));
      tellEnd(enqueue, context, { jobId, link }, failedWith(unexpected));
    },
  ),
  withdrawOpen: steps<Context, Event, Emitted>(({ context, enqueue }) => {
    for (const { slot, phase } of context.requests)
      if (phase === 'open') enqueue.sendTo(`req.${slot}`, { type: 'withdraw' });
  }),
  cancelAll: steps<Context, Event, Emitted>(({ context, enqueue }) => {
    for (const { slot } of context.requests) enqueue.sendTo(`req.${slot}`, { type: 'cancel' });
  }),
  closeRequest: steps<Context, Event, Emitted, { actorId: string; output: RequestEnded }>(
    ({ context, enqueue }, { actorId, output: { jobId, kind, reason } }) => {
      const request = requestOf(context, jobId);
      enqueue.stopChild(actorId);
      enqueue.assign({ requests: context.requests.filter((one) => one !== request) });
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
      // The words of a policy may name people, so they are for the log alone.
      const failure = { code: 'ERR_POLICY', message: 'a policy threw' };
      const { jobId, link, phase } = request;
      enqueue.emit({ type: 'warning', error: failure, jobId, thrown: messageOf(error) });
      if (phase === 'assigned') return failUnstarted(enqueue, context, request, failure);
      if (phase === 'open' && context.links.includes(link))
        enqueue.sendTo(`link.${link}`, refusal(jobId));
      const type = phase === 'open' ? 'job.rejected' : 'job.expired';
      enqueue.emit({ type, jobId, reason: failure.message });
    },
  ),
};

const unexpected: Failure = {
  code: 'ERR_LAUNCH_FAILED',
  message: 'The assignment was late, or for an offer that this worker did not accept.',
};

interface Enqueue {
  assign(change: Partial<Context>): void;
  sendTo(target: 'pool', event: { type: 'launch.cancel'; jobId: string; reason: string }): void;
  sendTo(target: `link.${number}`, event: LinkEvent): void;
  emit(event: Emitted): void;
}

/** An assigned job that no process runs: the server hears that it failed, the pool forgets it. */
function failUnstarted(
  enqueue: Enqueue,
  context: Context,
  request: OpenRequest,
  error: Failure,
): void {
  const { jobId } = request;
  enqueue.sendTo('pool', { type: 'launch.cancel', jobId, reason: error.message });
  enqueue.assign(withEnded(context, jobId));
  tellEnd(enqueue, context, request, failedWith(error));
}
