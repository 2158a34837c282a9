import type { Capacity, Offer } from '../../src/machines/job.types.js';
import type { PolicyInput } from '../../src/policies.js';
import { offerOf } from './samples.js';

/** What a policy sees of an offer to an idle worker, but for what is given. */
export const policyInput = (
  capacity: Partial<Capacity> = {},
  offer: Partial<Offer> = {},
): PolicyInput => ({
  offer: { ...offerOf('job-1'), ...offer },
  capacity: {
    activeJobs: 0,
    reservedJobs: 0,
    openOffers: 0,
    jobsInRoom: 0,
    acceptedAt: [],
    maxJobs: Number.POSITIVE_INFINITY,
    load: 0,
    loadThreshold: 0.7,
    accepting: true,
    ...capacity,
  },
});
