import type { Failure } from '../errors.js';
import type { Assignment, Offer } from './job.types.js';
import type { Event as RequestEvent } from './job-request.types.js';
import { failureFrom, messageOf, slotOf } from './support.js';
import { runningJobs } from './worker.facts.js';
import type { Context, Emitted, Event, Settings } from './worker.types.js';

/** What the worker says of each event: to the world, or to the request that it is about. */

type From<Type extends Event['type']> = {
  readonly context: Context;
  readonly event: Extract<Event, { type: Type }>;
};
interface ToRequest {
  readonly jobId: string;
  readonly event: RequestEvent;
}

export const listening = ({ event: { host, port } }: From<'http.listening'>): Emitted => ({
  type: 'listening',
  host,
  port,
});
export const registered = ({ event }: From<'link.registered'>): Emitted => ({
  type: 'registered',
  workerId: event.workerId,
  server: event.server,
});
export const disconnected = ({ event: { error, retryMs } }: From<'link.lost'>): Emitted => ({
  type: 'disconnected',
  error,
  retryMs,
});
export const statusKnown = ({
  context: { load, reported },
  event: { status },
}: From<'link.reported'>): Emitted => ({ type: 'status', status, load, sentLoad: reported.load });
type Reported = From<'report'>;
export const asAvailable = ({ event: { ifChanged = false } }: Reported) =>
  ({ status: 'available', ifChanged }) as const;
export const asFull = ({ event: { ifChanged = false } }: Reported) =>
  ({ status: 'full', ifChanged }) as const;
export const draining = ({ context }: { context: Context }): Emitted => ({
  type: 'draining',
  deadline: context.settings.drainTimeout,
  jobs: runningJobs(context),
});
export const degraded = ({ event: { error } }: From<'pool.degraded'>): Emitted => ({
  type: 'degraded',
  error,
});
export const processReady = ({ event }: From<'pool.process'>): Emitted => ({
  type: 'process.ready',
  slot: event.slot,
  pid: event.pid,
  timings: event.timings,
});
export const processFailed = ({ event }: From<'pool.failed'>): Emitted => ({
  ...event,
  type: 'process.failed',
});
export const policyThrew = ({ event: { error, thrown } }: From<'pool.policy'>): Emitted => ({
  type: 'warning',
  error,
  thrown,
});
export const processSlow = ({ event: { slot, silentMs } }: From<'pool.slow'>): Emitted => ({
  type: 'process.slow',
  slot,
  silentMs,
});
export const processHeavy = ({ event }: From<'pool.heavy'>): Emitted => ({
  ...event,
  type: 'process.heavy',
});
export const processDied = ({
  event: { slot, pid, jobId, error },
}: From<'pool.died'>): Emitted => ({ type: 'process.died', slot, pid, jobId, error });
export const jobAccepted = ({ event: { jobId } }: From<'request.accepted'>): Emitted => ({
  type: 'job.accepted',
  jobId,
});
export const warned = ({ event: { error } }: { event: { error: Failure } }): Emitted => ({
  type: 'warning',
  error,
});
export const requestFncThrew = ({ event: { jobId, error } }: From<'request.threw'>): Emitted => ({
  type: 'warning',
  error: { code: error.code, message: 'requestFnc threw' },
  jobId,
  thrown: error.message,
});
const failedLoad = (message: string, { code, message: thrown }: Failure): Emitted => ({
  type: 'warning',
  error: { code, message },
  thrown,
});
const measuring = ({ settings }: Context): string =>
  settings.loadFnc ? 'loadFnc' : 'measuring the CPUs';
export const loadFncFailed = ({ context, event: { error } }: From<'load.missed'>): Emitted =>
  failedLoad(
    `${measuring(context)} failed: ${
      context.loadMisses < 3 ? 'the last load stays' : 'still no jobs are taken'
    }`,
    error,
  );
export const noLoad = ({ context, event: { error } }: From<'load.missed'>): Emitted =>
  failedLoad(
    `${measuring(context)} failed three times in a row: no jobs are taken until it works`,
    error,
  );
export const excessiveLoad = ({ event: { load } }: From<'load.sampled'>): Emitted => ({
  type: 'warning',
  error: {
    code: 'ERR_LOAD_FNC',
    message: `loadFnc returned ${load}: what is above 1 counts as 1, and no jobs are taken at the threshold.`,
  },
});
export const stalled = ({ event: { stoodMs } }: From<'loop.stalled'>): Emitted => ({
  type: 'warning',
  error: {
    code: 'ERR_STALLED',
    message: `This process stood still for ${(stoodMs / 1_000).toFixed(1)} s: it was stopped, or code that runs in it, such as requestFnc, loadFnc or a policy, blocked its event loop. Meanwhile no offer is answered.`,
  },
});
/** Why the server knows another load than the one that was measured. */
export const scaled = (load: number, sent: number, { loadThreshold }: Settings): Emitted => ({
  type: 'warning',
  error: {
    code: 'ERR_HIGH_LOAD',
    message: `The load is ${percent(load)}, and LiveKit's server gives no jobs to a worker at 70 % or above. It is told ${percent(sent)} instead, so that jobs still come. ${
      Number.isFinite(loadThreshold)
        ? `They do until the loadThreshold of ${percent(loadThreshold)}; lower that to get fewer.`
        : 'Set a loadThreshold to get fewer.'
    }`,
  },
});
const percent = (share: number): string => `${Math.round(share * 100)} %`;
export const undelivered = (jobIds: readonly string[]): Emitted => ({
  type: 'warning',
  error: {
    code: 'ERR_STATUS_UNDELIVERED',
    message: `The server may not know how ${jobIds.length === 1 ? 'a job' : `${jobIds.length} jobs`} ended: the worker left before that was confirmed.`,
  },
  jobIds,
});
const slow = (text: string): Emitted => ({
  type: 'warning',
  error: {
    code: 'ERR_INITIALIZE_TIMEOUT',
    message: `${text} Make prewarmFnc faster or raise initializeProcessTimeout.`,
  },
});
export const slowPrewarm = (): Emitted => slow('Not all processes were warm in time.');
export const noneWarm = (): Emitted =>
  slow('No process was warm in time: no jobs are taken until one is.');
export const notRemoved = ({ event: { error } }: { event: { error: unknown } }): Emitted => ({
  type: 'warning',
  error: {
    code: 'ERR_REMOVE_PARTICIPANT',
    message: `The participant of a dead process could not be removed: ${messageOf(error)}`,
  },
});

export const errorOf = ({ event: { error } }: { event: { error: Failure } }): Failure => error;
/** An actor of ours broke. */
export const broken = ({ event: { error } }: { event: { error: unknown } }): Failure =>
  failureFrom(error, 'ERR_INTERNAL');

export const brokenLink = ({ event: { actorId } }: { event: { actorId: string } }) => ({
  slot: slotOf(actorId),
});
export const jobOfOffer = ({ event }: From<'link.offered'>) => ({ jobId: event.offer.id });
export const jobOfAssignment = ({ event }: From<'link.assigned'>) => ({
  jobId: event.assignment.jobId,
});
type Refusal = { slot: number; offer: Offer; reason: string };
export const duplicate = ({ event: { slot, offer } }: From<'link.offered'>): Refusal => ({
  slot,
  offer,
  reason: 'this job is, or was, here',
});
export const tooMany = ({ event: { slot, offer } }: From<'link.offered'>): Refusal => ({
  slot,
  offer,
  reason: 'too many open offers',
});
export const stale = ({ event: { slot, offer } }: From<'link.offered'>): Refusal => ({
  slot,
  offer,
  reason: 'this process stood still while the offer waited',
});
export const lateOffer = ({ event: { lateMs = 0 } }: From<'link.offered'>) => ({ lateMs });
export const openedAs =
  (accepting: boolean) =>
  ({ event: { slot, offer, lateMs = 0 } }: From<'link.offered'>) => ({
    slot,
    offer,
    lateMs,
    accepting,
  });

export const written = ({ event: { jobId } }: From<'link.answered'>): ToRequest => ({
  jobId,
  event: { type: 'answer.written' },
});
export const received = ({
  event: { assignment },
}: {
  event: { assignment: Assignment };
}): ToRequest => ({
  jobId: assignment.jobId,
  event: { type: 'assignment.received', assignment },
});
export const unstartable = ({ event: { jobId, error } }: From<'job.unstartable'>): ToRequest => ({
  jobId,
  event: { type: 'job.unstartable', error },
});
