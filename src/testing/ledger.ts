import { checkCapacity } from './ledger/capacity.js';
import { checkOffers } from './ledger/offers.js';
import { checkExits, checkProcesses, checkRest } from './ledger/processes.js';
import type { LedgerFact, LedgerRecord, Violation } from './ledger/records.js';
import { checkAccepted, checkStarts, checkStatuses } from './ledger/statuses.js';

/** How to read a ledger. */
export interface CheckOptions {
  /**
   * Whether the history is over (the default). While it is not, an offer may still be open and a
   * job may still run, so only what must never happen is a violation.
   */
  readonly final?: boolean;
}

/**
 * Finds every broken promise in a history; an empty list means that I1 to I8 held. Pure: it looks
 * at the records only, so what nobody wrote down is not checked. Jobs must report their own start
 * and end, a worker's `RUNNING` is no proof of it.
 */
export function checkLedger(
  records: readonly LedgerRecord[],
  { final = true }: CheckOptions = {},
): Violation[] {
  return [
    ...checkOffers(records, final),
    ...checkCapacity(records),
    ...checkStarts(records),
    ...checkStatuses(records, final),
    ...checkAccepted(records, final),
    ...checkProcesses(records),
    ...checkRest(records),
    ...checkExits(records),
  ];
}

/** An append-only list of facts and the checker over it. */
export interface Ledger {
  /** Everything written so far, in order. */
  readonly records: readonly LedgerRecord[];
  /** Appends a fact. One without `at` gets the present time. */
  record(fact: LedgerFact & { readonly at?: number }): void;
  /** {@link checkLedger} over the records so far. */
  check(options?: CheckOptions): Violation[];
}

/**
 * Starts an empty ledger.
 *
 * @example
 * const ledger = createLedger();
 * const server = await createTestServer({ ledger });
 * // … run a worker against `server.url` …
 * ledger.check(); // []
 */
export function createLedger({ now = Date.now }: { now?: () => number } = {}): Ledger {
  const records: LedgerRecord[] = [];
  return {
    records,
    record: (fact) => {
      records.push(Object.freeze({ ...fact, at: fact.at ?? now() }));
    },
    check: (options) => checkLedger(records, options),
  };
}
