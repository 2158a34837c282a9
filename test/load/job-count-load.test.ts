import { expect, it } from 'vitest';
import { jobCountLoad } from '../../src/load/job-count-load.js';

it.each([
  [0, 0],
  [7, 0.7],
  [10, 1],
  [12, 1],
])('is with %d jobs of ten a load of %d (F-76)', (jobs, load) => {
  const activeJobs = Array.from({ length: jobs }, (_, index) => `job-${index}`);

  expect(jobCountLoad(10)({ activeJobs })).toBe(load);
});

it.each([
  [0, '0'],
  [-1, '-1'],
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  ['10', '"10"'],
  [undefined, 'undefined'],
  [[10], 'an array'],
])('refuses jobCountLoad(%j) (F-76)', (count, shown) => {
  expect(() => jobCountLoad(count as number)).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_ARGUMENT',
      message: `jobCountLoad: expected a number above 0; got ${shown}.`,
    }),
  );
});
