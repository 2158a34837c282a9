import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { differences } from './machine-docs.js';
import { allPages } from './pages.js';
import { openRows, parityFindings } from './parity/findings.js';
import { parity } from './parity-page.js';

const pages = await allPages();

if (process.argv.includes('--check')) {
  const found = await differences(pages);
  for (const { file, line, expected, actual } of found) {
    console.error(`${file}:${line} differs\n  is        ${actual}\n  should be ${expected}`);
  }
  if (found.length > 0) {
    console.error('\nRun `npm run docs` to write the pages again.');
    process.exitCode = 1;
  }
  const wrong = parityFindings(parity());
  if (wrong.length > 0) {
    console.error(
      `\nRows of docs/parity.md and their tests:\n${wrong.map((it) => `- ${it}\n`).join('')}`,
    );
    process.exitCode = 1;
  }
} else {
  for (const { url, text } of pages) {
    await mkdir(new URL('.', url), { recursive: true });
    await writeFile(url, text);
    console.log(fileURLToPath(url));
  }
}

const rows = openRows(parity());
if (rows.length > 0) console.log(`\n${rows.length} rows without a test:\n${rows.join('\n')}`);
