import type { Subject } from './row.js';
import type { Titles } from './titles.js';

/** What the page is made of. */
export interface Parity {
  readonly subjects: readonly Subject[];
  /** Ids of the rows that have no test yet. */
  readonly open: readonly string[];
  readonly titles: readonly Titles[];
}

/** Rows that no test holds, with their promises, one line each. */
export function openRows({ subjects, titles }: Parity): string[] {
  const held = heldBy(titles);
  return subjects
    .flatMap(({ rows }) => Object.entries(rows))
    .filter(([id]) => !held.has(id))
    .map(([id, { promise }]) => `${id}  ${promise}`);
}

/** Everything that is wrong with the rows and the titles that hold them, one line each. */
export function parityFindings({ subjects, open, titles }: Parity): string[] {
  const rows = new Map(subjects.flatMap(({ rows }) => Object.entries(rows)));
  const holdings = titles.flatMap((file) => file.holdings);
  const held = heldBy(titles);
  const strange = holdings.flatMap(({ file, title, ids }) =>
    ids.filter((id) => !rows.has(id)).map((id) => `${file}: ${id} of "${title}" is no row`),
  );
  const missing = [...rows]
    .filter(([id]) => !held.has(id) && !open.includes(id))
    .map(([id, { promise }]) => `${id} has no test: ${promise}`);
  const listed = open.flatMap((id) => {
    if (!rows.has(id)) return [`${id} in the list of open rows is no row`];
    return held.has(id) ? [`${id} has a test and must leave the list of open rows`] : [];
  });
  return [...titles.flatMap(({ problems }) => problems), ...strange, ...missing, ...listed];
}

const heldBy = (titles: readonly Titles[]): ReadonlySet<string> =>
  new Set(titles.flatMap(({ holdings }) => holdings).flatMap(({ ids }) => ids));
