import type { Report } from './connection.types.js';
import type { Capacity, Offer } from './job.types.js';
import type { ActiveJob, Context, OpenRequest } from './worker.types.js';

/** What follows from the context of a worker. Everything here is derived, nothing is kept twice. */

/** The open server cannot pick a lone worker at 0.7 or above, whatever its status says. */
const pickableLoad = 0.69;
const rememberedEnds = 1_000;

type Facts = Pick<Context, 'settings' | 'requests' | 'jobs' | 'load' | 'places'>;

export const requestOf = (
  { requests }: Pick<Context, 'requests'>,
  jobId: string,
): OpenRequest | undefined => requests.find((request) => request.jobId === jobId);

/** The requests with one of them changed. */
export const withRequest = (
  { requests }: Pick<Context, 'requests'>,
  jobId: string,
  change: Partial<OpenRequest>,
): readonly OpenRequest[] =>
  requests.map((request) => (request.jobId === jobId ? { ...request, ...change } : request));

export const jobOf = ({ jobs }: Pick<Context, 'jobs'>, jobId: string): ActiveJob | undefined =>
  jobs.find((job) => job.jobId === jobId);

/** Offers that hold a place; one whose job already runs is counted with the jobs. */
const reservations = (facts: Facts): readonly OpenRequest[] =>
  facts.requests.filter(({ jobId }) => !jobOf(facts, jobId));

export const isFull = (facts: Facts): boolean =>
  facts.jobs.length + reservations(facts).length >= facts.settings.maxJobs ||
  isOverloaded(facts) ||
  // One more could not start in time, and another worker may have a warm process.
  (facts.places !== undefined && reservations(facts).length >= facts.places);

export const isOverloaded = ({ load, settings }: Pick<Facts, 'load' | 'settings'>): boolean =>
  load >= settings.loadThreshold;

/**
 * How many processes to keep warm: as many as are configured, but no more than the jobs that the
 * load leaves room for, as far as the jobs that run can tell; and those for accepted offers.
 */
export const idleTarget = (facts: Facts): number => {
  const { load, settings } = facts;
  const most = settings.numIdleProcesses;
  const running = runningJobs(facts).length;
  const tellsNothing = running === 0 || load === 0;
  const room = tellsNothing ? most : Math.ceil(((settings.loadThreshold - load) * running) / load);
  return Math.min(most, Math.max(isOverloaded(facts) ? 0 : room, accepted(facts)));
};

/** What the policies see. It must be taken before the offer itself is held. */
export const capacityFor = (facts: Facts, offer: Offer, accepting: boolean): Capacity => {
  const reserved = reservations(facts);
  const inRoom = ({ room }: { room: string }) => room === offer.room.name;
  return {
    activeJobs: facts.jobs.length,
    reservedJobs: reserved.length,
    jobsInRoom: facts.jobs.filter(inRoom).length + reserved.filter(inRoom).length,
    maxJobs: facts.settings.maxJobs,
    load: facts.load,
    loadThreshold: facts.settings.loadThreshold,
    accepting,
  };
};

/** The load as the server must see it: the worker's own threshold meets the server's. */
export const sentLoad = ({ load, settings }: Pick<Facts, 'load' | 'settings'>): number => {
  const threshold = Math.min(settings.loadThreshold, 1);
  const bounded = Math.min(load, 1);
  return threshold > pickableLoad ? (bounded * pickableLoad) / threshold : bounded;
};

export const runningJobs = ({ jobs }: Pick<Context, 'jobs'>): readonly string[] =>
  jobs.filter(({ phase }) => phase === 'running').map(({ jobId }) => jobId);

/** How the worker is, as its servers are told. */
export const reportOf = (facts: Facts, status: Report['status']): Report => ({
  status,
  load: sentLoad(facts),
  jobIds: runningJobs(facts),
});

/** Whether a report is no news: load alone is told when it was sampled. */
export const sameReport = (a: Context['reported'], b: Context['reported']): boolean =>
  a.status === b.status && a.jobIds.join() === b.jobIds.join();

/** Offers that await their assignment, for which a drain keeps warm processes. */
export const accepted = ({ requests }: Pick<Context, 'requests'>): number =>
  requests.filter(({ phase }) => phase === 'accepted').length;

/** Jobs that the server gave to this worker and that are not over. */
export const unfinished = ({ requests, jobs }: Pick<Context, 'requests' | 'jobs'>): number =>
  runningJobs({ jobs }).length +
  requests.filter(({ jobId, phase }) => phase === 'assigned' && !jobOf({ jobs }, jobId)).length;

/** What is remembered of jobs that got their terminal status, none of which is delivered yet. */
export const withEnded = (
  { ended, undelivered }: Pick<Context, 'ended' | 'undelivered'>,
  ...jobIds: readonly string[]
): Pick<Context, 'ended' | 'undelivered'> => ({
  ended: [...ended, ...jobIds].slice(-rememberedEnds),
  undelivered: [...undelivered, ...jobIds],
});
