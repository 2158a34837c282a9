import { expect, it } from 'vitest';
import { retryAfterMs } from '../../src/actors/retry-after.js';

const now = Date.parse('2026-11-24T12:00:00Z');

it.each([
  ['120', 120_000],
  [' 0.5 ', 500],
  ['Tue, 24 Nov 2026 12:00:30 GMT', 30_000],
])('reads %j as a wait (R-A6)', (header, ms) => {
  expect(retryAfterMs(header, now)).toEqual({ retryAfterMs: ms });
});

it.each([undefined, '', '-1', '0', 'Infinity', 'later', 'Tue, 24 Nov 2026 11:59:59 GMT'])(
  'reads %j as no wait',
  (header) => {
    expect(retryAfterMs(header, now)).toEqual({});
  },
);
