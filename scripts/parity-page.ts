import { readdirSync, readFileSync } from 'node:fs';
import type { Page } from './machine-docs.js';
import { table } from './markdown.js';
import type { Parity } from './parity/findings.js';
import type { Subject } from './parity/row.js';
import { open, subjects } from './parity/rows.js';
import { titlesOf } from './parity/titles.js';

const root = new URL('../', import.meta.url);
const file = 'docs/parity.md';

const head = `# What holds

<!-- Written by \`npm run docs\` from scripts/parity and the titles of the tests. -->

What a worker promises, and the tests that hold it to that. Each row is one promise with the tests that
fail when it is broken; a row without a test fails the build.

An id is a name for its row and stands at the end of the titles of its tests, so that both can be
searched for. Its letter says where the row comes from, its number says nothing:

- \`F\` is something that people who ran LiveKit agents before look for, \`O\` an option, \`E\` a variable of
  the environment, \`C\` a member of the job context, \`P\` one of its process;
- \`D\` is a mistake that is easy to make in a worker, and \`N\` a need that people who run one have told;
- \`R\` is a fault: in \`R-A\` of the connection, in \`R-B\` of a frame, in \`R-C\` of an offer, in \`R-D\` of a
  process, in \`R-E\` of the pool, in \`R-F\` of the worker. \`R-S\` is about what must stay secret or shut.

The priority says why a row is there: MUST was asked for, NEED follows from that, PARITY stood in an SDK
before, and BEYOND stood in none. Files are named below \`test\`; dots in a title stand for what a table of
cases fills in.`;

/** The page of promises: every row with the tests that hold it. */
export function parityPage(given: Parity = parity()): Page {
  const held = heldBy(given);
  const sections = given.subjects.map((subject) => section(subject, held));
  return { file, url: new URL(file, root), text: `${[head, ...sections].join('\n\n')}\n` };
}

/** Sources that are no tests, or whose titles are about titles. */
const noTests = /^(fixtures\/|parity\.test\.ts$)/;

/** The rows, and what the tests of this package say. */
export const parity = (): Parity => ({
  subjects,
  open,
  titles: readdirSync(new URL('test/', root), { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !noTests.test(path))
    .sort()
    .map((path) => titlesOf(path, readFileSync(new URL(`test/${path}`, root), 'utf8'))),
});

/** What a cell says of each row that has a test. */
function heldBy({ titles }: Parity): ReadonlyMap<string, string> {
  const held = new Map<string, string>();
  for (const { ids, title, file } of titles.flatMap(({ holdings }) => holdings)) {
    for (const id of ids) {
      const before = held.get(id);
      const text = `${escaped(title)} (\`${file}\`)`;
      held.set(id, before === undefined ? text : `${before}<br>${text}`);
    }
  }
  return held;
}

const section = ({ name, rows }: Subject, held: ReadonlyMap<string, string>): string =>
  [
    `## ${name}`,
    table(
      ['id', 'priority', 'promise', 'held by'],
      Object.entries(rows).map(([id, { priority, promise }]) => [
        id,
        priority,
        promise,
        held.get(id) ?? 'open',
      ]),
    ),
  ].join('\n\n');

const escaped = (title: string): string => title.replace(/[<>*_`[\]]/g, '\\$&');
