import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type TokenBucketOptions, tokenBucket } from '../../src/policies.js';
import { policyInput } from '../support/policy-input.js';

const start = 1_700_000_000_000;

/** A worker that takes what its bucket lets in, and a clock that is this test's hand. */
function bucket(options: Omit<TokenBucketOptions, 'now'>) {
  let now = start;
  let acceptedAt: readonly number[] = [];
  const policy = tokenBucket({ ...options, now: () => now });
  const wants = (openOffers = 0): boolean => policy(policyInput({ acceptedAt, openOffers }));
  const accept = (): void => {
    acceptedAt = [...acceptedAt, now].slice(-256);
  };
  return {
    wants,
    accept,
    /** How many of these offers, all at once, are taken. */
    take(offers: number): number {
      let taken = 0;
      for (let count = 0; count < offers; count += 1)
        if (wants()) {
          accept();
          taken += 1;
        }
      return taken;
    },
    wait(ms: number): void {
      now += ms;
    },
  };
}

it('lets a burst in, then as many as tokens come back (I22)', () => {
  const { take, wait } = bucket({ jobs: 10, per: 1_000, burst: 3 });

  expect(take(7)).toBe(3);
  wait(99);
  expect(take(7)).toBe(0);
  wait(1);
  expect(take(7)).toBe(1);
  wait(250);
  expect(take(7)).toBe(2);
  wait(50);
  expect(take(7)).toBe(1);
  wait(3_600_000);
  expect(take(7)).toBe(3);
});

it('has a burst of its jobs, rounded up, when nothing is said', () => {
  expect(bucket({ jobs: 4, per: 1_000 }).take(9)).toBe(4);
  expect(bucket({ jobs: 0.5, per: 1_000 }).take(9)).toBe(1);
});

it('gives back a third of a job per interval, three times one job', () => {
  const { take, wait } = bucket({ jobs: 1, per: 300, burst: 1 });
  expect(take(1)).toBe(1);

  const taken = [100, 100, 100].map((ms) => {
    wait(ms);
    return take(1);
  });

  expect(taken).toEqual([0, 0, 1]);
});

it('may be asked any number of times: only what the worker accepted counts (I22)', () => {
  const { accept, wants } = bucket({ jobs: 1, per: 1_000, burst: 1 });

  expect([wants(), wants(), wants()]).toEqual([true, true, true]);
  accept();
  expect([wants(), wants()]).toEqual([false, false]);
});

it('holds a token for each offer that is being decided, and has it back when that is refused', () => {
  const { wants } = bucket({ jobs: 2, per: 1_000, burst: 2 });

  expect([wants(0), wants(1), wants(2), wants(1)]).toEqual([true, true, false, true]);
});

it('counts what another policy let in, and is no more than empty then', () => {
  const { accept, take, wait } = bucket({ jobs: 10, per: 1_000, burst: 2 });
  for (let count = 0; count < 9; count += 1) accept();

  expect(take(5)).toBe(0);
  wait(100);
  expect(take(5)).toBe(1);
});

it('is for several workers what it is for each of them', () => {
  const shared = tokenBucket({ jobs: 1, per: 1_000, burst: 1, now: () => start });
  const busy = policyInput({ acceptedAt: [start] });

  expect([policyInput(), busy, policyInput(), busy].map(shared)).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

it('stands still while its clock goes backwards', () => {
  const policy = tokenBucket({ jobs: 1, per: 1_000, burst: 1, now: () => start });

  expect(policy(policyInput({ acceptedAt: [start + 60_000] }))).toBe(false);
});

it('takes the real clock when it is given none', () => {
  const policy = tokenBucket({ jobs: 1, per: 60_000 });
  const now = performance.timeOrigin + performance.now();

  expect(policy(policyInput({ acceptedAt: [now - 120_000] }))).toBe(true);
  expect(policy(policyInput({ acceptedAt: [now] }))).toBe(false);
});

it('never lets in more than its burst and what came back, in any time, however long it runs (I22)', () => {
  const step = fc.record({ ms: fc.integer({ min: 0, max: 400 }), offers: fc.nat(6) });
  const property = fc.property(
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 1, max: 256 }),
    fc.array(step, { minLength: 50, maxLength: 300 }),
    (jobs, burst, steps) => {
      const { take, wait } = bucket({ jobs, per: 1_000, burst });
      // An exact bucket beside it, which counts what it gives.
      let tokens = burst;
      for (const { ms, offers } of steps) {
        wait(ms);
        tokens = Math.min(burst, tokens + (ms * jobs) / 1_000);
        const taken = take(offers);
        tokens -= taken;
        expect(tokens).toBeGreaterThan(-1e-6);
      }
    },
  );

  fc.assert(property, { numRuns: 60 });
});

it('lets in all that an exact bucket does, as long as the worker remembers all it accepted', () => {
  const step = fc.record({ ms: fc.integer({ min: 0, max: 400 }), offers: fc.nat(4) });
  const property = fc.property(
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 1, max: 50 }),
    fc.array(step, { maxLength: 60 }),
    (jobs, burst, steps) => {
      const { take, wait } = bucket({ jobs, per: 1_000, burst });
      let tokens = burst;
      for (const { ms, offers } of steps) {
        wait(ms);
        tokens = Math.min(burst, tokens + (ms * jobs) / 1_000);
        const exact = Math.min(offers, Math.floor(tokens + 1e-6));
        expect(take(offers)).toBe(exact);
        tokens -= exact;
      }
    },
  );

  fc.assert(property, { numRuns: 100 });
});

it.each([
  [undefined, 'an object with jobs, per, burst, now; got undefined.'],
  [{ per: 1_000 }, 'jobs as a number above 0; got undefined.'],
  [{ jobs: 0, per: 1_000 }, 'jobs as a number above 0; got 0.'],
  [{ jobs: Infinity, per: 1_000 }, 'jobs as a number above 0; got Infinity.'],
  [{ jobs: '5', per: 1_000 }, 'jobs as a number above 0; got "5".'],
  [{ jobs: 5 }, 'per as milliseconds above 0; got undefined.'],
  [{ jobs: 5, per: -1 }, 'per as milliseconds above 0; got -1.'],
  [
    { jobs: 5, per: 1, burst: 0 },
    'burst (by default jobs) as a whole number from 1 to 256; got 0.',
  ],
  [
    { jobs: 5, per: 1, burst: 1.5 },
    'burst (by default jobs) as a whole number from 1 to 256; got 1.5.',
  ],
  [{ jobs: 257, per: 1 }, 'burst (by default jobs) as a whole number from 1 to 256; got 257.'],
  [{ jobs: 5, per: 1, now: 7 }, 'now as a function; got 7.'],
])('refuses %j', (options, message) => {
  expect(() => tokenBucket(options as TokenBucketOptions)).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_ARGUMENT',
      message: `tokenBucket: expected ${message}`,
    }),
  );
});

it('refuses an option that it does not know', () => {
  expect(() => tokenBucket({ jobs: 5, per: 1, bursts: 2 } as TokenBucketOptions)).toThrow(
    'tokenBucket: there is no option bursts; it takes jobs, per, burst, now.',
  );
});
