import { expect, it } from 'vitest';
import { maxLoad } from '../../src/load/max-load.js';
import type { LoadFnc } from '../../src/machines/worker.types.js';

const worker = { activeJobs: ['a', 'b', 'c'] };
const jobs: LoadFnc = ({ activeJobs }) => activeJobs.length / 10;
const later =
  (load: number): LoadFnc =>
  async () =>
    load;

it('is the highest of its parts, at once when all of them are (F-76)', () => {
  expect(
    maxLoad(
      () => 0.2,
      jobs,
      () => 0.1,
    )(worker),
  ).toBe(0.3);
  expect(maxLoad(jobs)(worker)).toBe(0.3);
});

it('waits for its asynchronous parts (F-76)', async () => {
  expect(await maxLoad(() => 0.2, later(0.4), jobs)(worker)).toBe(0.4);
  expect(await maxLoad(() => 0.9, later(0.4))(worker)).toBe(0.9);
});

it('passes a load above 1 on, which is for the worker to judge', () => {
  expect(
    maxLoad(
      () => 5,
      () => 0,
    )(worker),
  ).toBe(5);
});

it('fails while one of its parts does, and leaves no rejection behind (F-76)', async () => {
  const thrown = new Error('no meter');
  const throws: LoadFnc = () => {
    throw thrown;
  };
  const rejects: LoadFnc = () => Promise.reject(thrown);

  await expect(maxLoad(rejects, throws)(worker)).rejects.toBe(thrown);
  await expect(maxLoad(throws, rejects)(worker)).rejects.toBe(thrown);
  await expect(maxLoad(() => 0.1, throws)(worker)).rejects.toBe(thrown);
});

it.each([
  [Number.NaN, 'NaN'],
  [-0.5, '-0.5'],
  ['0.5', '"0.5"'],
  [undefined, 'undefined'],
])('names the part that returns %j (F-76)', async (value, shown) => {
  const gpu = (() => value) as LoadFnc;
  const nameless: LoadFnc[] = [(() => value) as LoadFnc];
  const message = `Part 2 of maxLoad (gpu) returned ${shown}, not a number from 0 to 1.`;

  expect(() => maxLoad(() => 0.2, gpu)(worker)).toThrow(
    expect.objectContaining({ code: 'ERR_LOAD_FNC', message }),
  );
  await expect(maxLoad(later(0.2), gpu)(worker)).rejects.toThrow(message);
  expect(() => maxLoad(nameless[0] as LoadFnc)(worker)).toThrow(/^Part 1 of maxLoad returned/);
});

it('lets each part sample that has something to sample', () => {
  const said: string[] = [];
  const sampling = (name: string): LoadFnc =>
    Object.assign(() => 0, { sample: () => void said.push(name) });

  maxLoad(sampling('a'), jobs, sampling('b')).sample?.();

  expect(said).toEqual(['a', 'b']);
});

it.each([
  [[], 'maxLoad: expected at least one load function; got undefined.'],
  [[jobs, 0.7], 'maxLoad: expected a load function as argument 2; got 0.7.'],
  [[[jobs]], 'maxLoad: expected a load function as argument 1; got an array.'],
])('refuses wrong arguments: %#  (F-76)', (parts, message) => {
  expect(() => maxLoad(...(parts as unknown as [LoadFnc]))).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message }),
  );
});
