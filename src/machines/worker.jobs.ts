import type { PromiseActorLogic } from 'xstate';
import type { JobEnd } from './job.types.js';
import { freeSlot, slotOf, steps } from './support.js';
import { jobOf, requestOf, withEnded } from './worker.facts.js';
import { undelivered as undeliveredWarning } from './worker.told.js';
import type { ActiveJob, Context, Emitted, Event, RemovalInput } from './worker.types.js';
import { tellEnd } from './worker.verdict.js';

/** What a worker does with jobs that have a process. */

/** The server removes a terminated agent after 3 s, so its entrypoint gets half of that at most. */
const terminationGraceMs = 1_500;

/** The actor that takes a dead process's participant out of its room. */
export type RemovalLogic = PromiseActorLogic<void, RemovalInput>;

interface RemovalActor {
  readonly src: 'participantRemoval';
  readonly logic: RemovalLogic;
  readonly id: `remove.${number}`;
}

/** Actions about jobs. */
export const jobs = {
  holdJob: steps<Context, Event, Emitted, Extract<Event, { type: 'job.started' }>>(
    ({ context, enqueue }, { jobId, pid }) => {
      const request = requestOf(context, jobId);
      if (!request) return;
      const { link, room, identity, url } = request;
      const job: ActiveJob = {
        jobId,
        link,
        room,
        identity,
        url,
        phase: 'running',
        isMeasured: false,
      };
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
        ...withEnded(context, jobId),
      });
      tellEnd(enqueue, context, job, end);
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
          options: settings.socket,
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
      if (jobOf(context, jobId))
        enqueue.sendTo('pool', {
          type: 'job.shutdown',
          jobId,
          reason: 'terminated by the server',
          graceMs: Math.min(context.settings.entrypointGraceTimeout, terminationGraceMs),
        });
      else if (request) enqueue.sendTo(`req.${request.slot}`, { type: 'job.terminated' });
    },
  ),
  /** The status is at the server, so the job may leave its room. */
  passDelivery: steps<Context, Event, Emitted, { jobId: string }>(
    ({ context, enqueue }, { jobId }) => {
      enqueue.assign({ undelivered: context.undelivered.filter((id) => id !== jobId) });
      if (jobOf(context, jobId)) enqueue.sendTo('pool', { type: 'outcome.delivered', jobId });
    },
  ),
  /** Whoever leaves says which jobs nobody else knows the end of. */
  tellUndelivered: steps<Context, Event, Emitted>(({ context: { undelivered }, enqueue }) => {
    if (undelivered.length > 0) enqueue.emit(undeliveredWarning(undelivered));
  }),
};
