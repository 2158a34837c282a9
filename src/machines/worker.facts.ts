import type { Report } from './connection.types.js';
import type { Capacity, Offer } from './job.types.js';
import type { ActiveJob, Context, OpenRequest } from './worker.types.js';

/** What follows from the context of a worker. Everything here is derived, nothing is kept twice. */

/** The open server cannot pick a lone worker at 0.7 or above, whatever its status says. */
const pickableLoad = 0.69;
const rememberedEnds = 1_000;

type Facts = Pick<Context, 'settings' | 'requests' | 'jobs' | 'load'>;

export const requestOf = (
  { requests }: Pick<Context, 'requests'>,
  jobId: string,
): OpenRequest | undefined => requests.find((request) => request.jobId === jobId);

export const jobOf = ({ jobs }: Pick<Context, 'jobs'>, jobId: string): ActiveJob | undefined =>
  jobs.find((job) => job.jobId === jobId);

/** Offers that hold a place; one whose job already runs is counted with the jobs. */
const reservations = (facts: Facts): readonly OpenRequest[] =>
  facts.requests.filter(({ jobId }) => !jobOf(facts, jobId));

export const isFull = (facts: Facts): boolean =>
  facts.jobs.length + reservations(facts).length >= facts.settings.maxJobs || isOverloaded(facts);

export const isOverloaded = ({ load, settings }: Pick<Facts, 'load' | 'settings'>): boolean =>
  load >= settings.loadThreshold;

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

export const reportOf = (facts: Facts, status: Report['status']): Report => ({
  status,
  load: sentLoad(facts),
  jobIds: runningJobs(facts),
});

/** Accepted offers, for which a drain keeps warm processes. */
export const accepted = ({ requests }: Pick<Context, 'requests'>): number =>
  requests.filter(({ phase }) => phase !== 'open').length;

export const remembered = (ended: readonly string[], jobId: string): readonly string[] =>
  [...ended, jobId].slice(-rememberedEnds);
