import { expect, it } from 'vitest';
import { openRows, parityFindings } from '../scripts/parity/findings.js';
import type { Subject } from '../scripts/parity/row.js';
import { titlesOf } from '../scripts/parity/titles.js';
import { parity, parityPage } from '../scripts/parity-page.js';

const read = (source: string) => titlesOf('a.test.ts', source);

const subject = (...ids: string[]): Subject => ({
  name: 'All',
  rows: Object.fromEntries(
    ids.map((id) => [id, { priority: 'NEED', promise: `Promise of ${id}.` }]),
  ),
});

it('has a test for every row that is not listed as open, and no title names another row', () => {
  expect(parityFindings(parity())).toEqual([]);
});

it('has each row once', () => {
  const ids = parity().subjects.flatMap(({ rows }) => Object.keys(rows));

  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  expect(ids.length).toBeGreaterThan(300);
});

it('reads the rows of a title, with the groups around it and without what a table fills in', () => {
  const source = `
describe('gone', () => {
  it('is over', () => {});
});
describe.runIf(server)('on a server', () => {
  it('holds (F-1)', async () => {});

  it.each([
    ['a', 1],
  ])('takes %s and $name.first (F-2, R-C13)', (a) => {});
  it.each(['a', 'b'])(
    "does not fail", () => {});
});
it.runIf(linux)(
  "doesn't fail (D-1)",
  () => {});
const promise = { title: \`ends when \${reason} says so (N-1)\`, run };
`;

  expect(read(source)).toEqual({
    holdings: [
      { file: 'a.test.ts', title: 'on a server: holds', ids: ['F-1'] },
      { file: 'a.test.ts', title: 'on a server: takes … and …', ids: ['F-2', 'R-C13'] },
      { file: 'a.test.ts', title: "doesn't fail", ids: ['D-1'] },
      { file: 'a.test.ts', title: 'ends when … says so', ids: ['N-1'] },
    ],
    problems: [],
  });
});

it.each([
  ["\nit.skip('holds (F-1)', () => {});", 'a.test.ts:2: (F-1) stands on a test that does not run'],
  ["it.todo('holds (F-1)');", 'a.test.ts:1: (F-1) stands on a test that does not run'],
  [
    "it.skip.each([\n  1,\n])('holds (F-1)', () => {});",
    'a.test.ts:3: (F-1) stands on a test that does not run',
  ],
  ["const text = 'holds (F-1)';", 'a.test.ts:1: (F-1) stands outside of the title of a test'],
  [
    "it('holds (F-1) well', () => {});",
    'a.test.ts:1: (F-1) does not end a title as (F-1, D-2) does',
  ],
  [
    "it('holds (F-1,D-2)', () => {});",
    'a.test.ts:1: (F-1,D-2) does not end a title as (F-1, D-2) does',
  ],
  [
    "it('holds (see F-1)', () => {});",
    'a.test.ts:1: (see F-1) does not end a title as (F-1, D-2) does',
  ],
])('counts no row for %j', (source, problem) => {
  expect(read(source)).toEqual({ holdings: [], problems: [problem] });
});

it('finds rows without a test, titles without a row, and rows that are open no more', () => {
  const titles = [read("it('holds (F-1, F-9)', () => {});")];

  expect(
    parityFindings({
      subjects: [subject('F-1', 'F-2', 'F-3')],
      open: ['F-1', 'F-3', 'F-7'],
      titles,
    }),
  ).toEqual([
    'a.test.ts: F-9 of "holds" is no row',
    'F-2 has no test: Promise of F-2.',
    'F-1 has a test and must leave the list of open rows',
    'F-7 in the list of open rows is no row',
  ]);
});

it('lists the rows without a test, with their promises', () => {
  const titles = [read("it('holds (F-1)', () => {});")];

  expect(openRows({ subjects: [subject('F-1', 'F-2')], open: [], titles })).toEqual([
    'F-2  Promise of F-2.',
  ]);
});

it('shows every row with its tests, or as open', () => {
  const { text } = parityPage({
    subjects: [subject('F-1', 'F-2')],
    open: ['F-2'],
    titles: [read("it('a | b (F-1)', () => {});\nit('takes <c> (F-1)', () => {});")],
  });

  expect(text.slice(text.indexOf('## '))).toBe(
    [
      '## All\n',
      '| id | priority | promise | held by |',
      '| --- | --- | --- | --- |',
      '| F-1 | NEED | Promise of F-1. | a \\| b (`a.test.ts`)<br>takes \\<c\\> (`a.test.ts`) |',
      '| F-2 | NEED | Promise of F-2. | open |\n',
    ].join('\n'),
  );
});
