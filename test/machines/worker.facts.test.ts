import fc from 'fast-check';
import { expect, it } from 'vitest';
import { effectiveLoad, isOverloaded, sentLoad } from '../../src/machines/worker.facts.js';
import type { ActiveJob, OpenRequest } from '../../src/machines/worker.types.js';
import { settingsWith } from '../support/samples.js';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const threshold = fc.oneof(share, fc.constant(Number.POSITIVE_INFINITY));
const tracked = (jobId: string) => ({ jobId, link: 0, room: '', identity: '', url: '' });

/** A worker with some measured jobs, some that started since, and some open offers. */
const factsOf = (load: number, loadThreshold: number, jobs = 0, fresh = 0, offers = 0) => ({
  load,
  places: undefined,
  settings: settingsWith({ loadThreshold }),
  jobs: Array.from(
    { length: jobs + fresh },
    (_, index): ActiveJob => ({
      ...tracked(`job-${index}`),
      phase: 'running',
      isMeasured: index < jobs,
    }),
  ),
  requests: Array.from(
    { length: offers },
    (_, slot): OpenRequest => ({ ...tracked(`offer-${slot}`), slot, phase: 'open' }),
  ),
});

it('never sends a load that the server cannot pick while it takes jobs (N-17, D-27)', () => {
  fc.assert(
    fc.property(share, threshold, (load, loadThreshold) => {
      const facts = factsOf(load, loadThreshold);
      fc.pre(!isOverloaded(facts));

      expect(sentLoad(facts)).toBeGreaterThanOrEqual(0);
      expect(sentLoad(facts)).toBeLessThan(0.7);
    }),
  );
});

it('sends more for more load (N-17)', () => {
  fc.assert(
    fc.property(share, share, threshold, (a, b, loadThreshold) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];

      expect(sentLoad(factsOf(low, loadThreshold))).toBeLessThanOrEqual(
        sentLoad(factsOf(high, loadThreshold)),
      );
    }),
  );
});

it.each([
  ['nothing reserved', factsOf(0.3, 0.7, 2), 0.3],
  ['one offer beside two jobs', factsOf(0.3, 0.7, 2, 0, 1), 0.45],
  ['one offer and one new job beside two jobs', factsOf(0.3, 0.7, 2, 1, 1), 0.6],
  ['three offers to an idle worker', factsOf(0.3, 0.7, 0, 0, 3), 0.36],
  ['an offer beside jobs that cost next to nothing', factsOf(0.01, 0.7, 5, 0, 1), 0.03],
  ['more than there is', factsOf(0.9, 0.7, 1, 0, 5), 1],
  ['seven tenths', factsOf(0.3, 0.7, 3, 0, 4), 0.7],
])('counts %s as load (F-72)', (_, facts, load) => {
  expect(effectiveLoad(facts)).toBeCloseTo(load, 9);
});

it('is overloaded at seven tenths, however they add up (F-72)', () => {
  const sums = [1, 2, 3, 4, 5, 6].map((jobs) => factsOf(jobs / 10, 0.7, jobs, 0, 7 - jobs));

  expect(sums.map(isOverloaded)).toEqual([true, true, true, true, true, true]);
});
