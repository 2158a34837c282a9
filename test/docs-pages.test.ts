import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { withExamples } from '../scripts/examples.js';
import { logTable } from '../scripts/log-table.js';
import { memberDocs } from '../scripts/member-docs.js';
import { withTables } from '../scripts/tables.js';
import { sourcesBelow } from './support/source-imports.js';

const pages = ['README.md', ...readdirSync('docs', { recursive: true, encoding: 'utf8' })]
  .filter((path) => path.endsWith('.md'))
  .map((path) => (path === 'README.md' ? path : join('docs', path)))
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

const linksOf = (text: string): string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);

/** The name under which a heading is linked. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .trim()
    .replace(/\s/g, '-');

const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

it('links to pages and headings that exist', () => {
  const broken = pages.flatMap(({ path, text }) =>
    linksOf(text)
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [file = '', anchor] = link.split('#');
        const target = file === '' ? path : join(dirname(path), file);
        if (!existsSync(target)) return true;
        return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
      })
      .map((link) => `${path}: ${link}`),
  );

  expect(broken).toEqual([]);
});

it('keeps every page that is written by hand short', () => {
  const long = pages
    .filter(({ path, text }) => path.startsWith('docs') && !text.includes('Written by `npm run'))
    .filter(({ text }) => text.split('\n').length > 125)
    .map(({ path }) => path);

  expect(long).toEqual([]);
});

it('describes every line of the log', () => {
  const page = readFileSync('docs/watching.md', 'utf8');
  const written = /(?:event: |\bline(?:Of)?\(\s*'\w+',\s*)'(\w+\.\w+)'/g;
  const events = sourcesBelow('src')
    .filter(({ path }) => /^(cli\/|observe\/log-lines)/.test(path))
    .flatMap(({ text }) => [...text.matchAll(written)].map(([, event = '']) => event));

  expect(events.length).toBeGreaterThan(20);
  expect(events.filter((event) => !page.includes(`\`${event}\``))).toEqual([]);
});

it('puts files and tables into their places, and refuses a table that is none', () => {
  const page = '<!-- table: a -->\n| old |\n\n<!-- table: a -->\nafter\n';

  expect(withTables(page, { a: '| new |' })).toBe(
    '<!-- table: a -->\n| new |\n\n<!-- table: a -->\n| new |\nafter\n',
  );
  expect(() => withTables(page, {})).toThrow('There is no table a.');
  expect(withExamples('<!-- example: examples/job-module.ts -->\n```ts\nold\n```\n')).toBe(
    `<!-- example: examples/job-module.ts -->\n\`\`\`ts\n${readFileSync('examples/job-module.ts', 'utf8')}\`\`\`\n`,
  );
});

it('reads what is written above the members of an object', () => {
  const source =
    'const a = {\n  /** One. */\n  one: 1,\n  two: { /** No. */ inner: 2 },\n  /**\n   * Three\n   * lines.\n   */\n  three: 3,\n} as const;\n';

  expect([...memberDocs(source, 'a')]).toEqual([
    ['one', 'One.'],
    ['three', 'Three lines.'],
  ]);
  expect(() => memberDocs(source, 'b')).toThrow('There is no object b.');
});

it('spells the fields of the log in one way (F-148)', async () => {
  const fields = (await logTable())
    .split('\n')
    .slice(2)
    .flatMap((row) => [...(row.split(' | ').at(-1) ?? '').matchAll(/`([^`]+)`/g)])
    .map(([, field = '']) => field);

  expect(fields.length).toBeGreaterThan(20);
  expect(fields.filter((field) => !/^[a-z]+(_[a-z]+)*$/.test(field))).toEqual([]);
});
