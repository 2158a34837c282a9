import type { Report } from './connection.types.js';
import type { Capacity, Offer } from './job.types.js';
import type { ActiveJob, Context, OpenRequest } from './worker.types.js';

/** What follows from the context of a worker. Everything here is derived, nothing is kept twice. */

/** The open server cannot pick a lone worker at this load or above, whatever its status says. */
export const serverLimit = 0.7;
const pickableLoad = 0.69;
/** What one more job counts for at least, while none was ever measured. */
const leastJobLoad = 0.02;
const rememberedEnds = 1_000;
const rememberedAcceptances = 256;

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

export const isOverloaded = (facts: Facts): boolean =>
  effectiveLoad(facts) >= facts.settings.loadThreshold;

/**
 * The load with what is to come: reserved places and jobs that started after the last sample count
 * as much as the jobs in it did on average, and not less than a small share. At most 1.
 */
export const effectiveLoad = (facts: Facts): number => {
  const { load, jobs } = facts;
  const measured = jobs.filter(({ isMeasured }) => isMeasured).length;
  const unmeasured = jobs.length - measured + reservations(facts).length;
  if (unmeasured === 0) return load;
  const perJob = Math.max(measured > 0 ? load / measured : 0, leastJobLoad);
  // Without the rounding seven tenths may be less than 0.7.
  return Math.min(Math.round((load + unmeasured * perJob) * 1e9) / 1e9, 1);
};

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
export const capacityFor = (
  facts: Facts & Pick<Context, 'acceptedAt'>,
  offer: Offer,
  accepting: boolean,
): Capacity => {
  const reserved = reservations(facts);
  const inRoom = ({ room }: { room: string }) => room === offer.room.name;
  return {
    activeJobs: facts.jobs.length,
    reservedJobs: reserved.length,
    openOffers: facts.requests.filter(({ phase }) => phase === 'open').length,
    jobsInRoom: facts.jobs.filter(inRoom).length + reserved.filter(inRoom).length,
    acceptedAt: facts.acceptedAt,
    maxJobs: facts.settings.maxJobs,
    load: effectiveLoad(facts),
    loadThreshold: facts.settings.loadThreshold,
    accepting,
  };
};

/** The measured load as the server must see it: the worker's own threshold meets the server's. */
export const sentLoad = ({ load, settings }: Pick<Facts, 'load' | 'settings'>): number => {
  const threshold = Math.min(settings.loadThreshold, 1);
  return threshold > pickableLoad ? (load * pickableLoad) / threshold : load;
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
export const sameReport = (a: Report, b: Report): boolean =>
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

/** What is remembered of when offers were accepted. */
export const withAcceptance = (
  { acceptedAt }: Pick<Context, 'acceptedAt'>,
  at: number,
): readonly number[] => [...acceptedAt, at].slice(-rememberedAcceptances);
