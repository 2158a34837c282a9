import { readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { withExamples } from './examples.js';
import type { Page } from './machine-docs.js';
import { tablesOfPages, withTables } from './tables.js';

const marker = /<!-- (example|table): /;

/** Every page written by hand, with its examples and tables as they are in the code now. */
export async function writtenPages(): Promise<Page[]> {
  const tables = await tablesOfPages();
  return ['README.md', ...readdirSync('docs').map((name) => `docs/${name}`)]
    .filter((path) => path.endsWith('.md'))
    .map((file) => ({ file, page: readFileSync(file, 'utf8') }))
    .filter(({ page }) => marker.test(page))
    .map(({ file, page }) => ({
      file,
      url: pathToFileURL(file),
      text: withTables(withExamples(page), tables),
    }));
}
