import { readdir, readFile } from 'node:fs/promises';
import { machineFiles } from './machine-files.js';
import { machinePage } from './machine-page.js';

/** A page of `docs/machines` as it should be. */
export interface Page {
  /** Path below the package. */
  readonly file: string;
  readonly url: URL;
  readonly text: string;
}

/** The first line in which a page is not what the machine says. */
export interface Difference {
  readonly file: string;
  readonly line: number;
  readonly expected: string;
  readonly actual: string;
}

const root = new URL('../', import.meta.url);
const folder = 'docs/machines/';
const none = '(nothing)';

/** Writes the page of every machine, in memory. */
export async function machinePages(): Promise<Page[]> {
  return (await machineFiles()).map((machine) => {
    const file = `${folder}${machine.name}.md`;
    return { file, url: new URL(file, root), text: machinePage(machine) };
  });
}

/** Compares the pages on disk with what they should be; a page without a machine is a difference. */
export async function differences(pages: readonly Page[]): Promise<Difference[]> {
  const compared = await Promise.all(
    pages.map(async ({ file, url, text }) => firstDifference(file, text, await contents(url))),
  );
  const known = new Set(pages.map(({ file }) => file));
  const orphans = (await readdir(new URL(folder, root)).catch(() => []))
    .map((name) => `${folder}${name}`)
    .filter((file) => file.endsWith('.md') && !known.has(file))
    .map((file) => ({ file, line: 1, expected: none, actual: 'a page of no machine' }));
  return [...compared.flatMap((it) => it ?? []), ...orphans];
}

/** The first line where two texts part. */
export function firstDifference(
  file: string,
  expected: string,
  actual: string,
): Difference | undefined {
  if (expected === actual) return undefined;
  const [should, is] = [expected.split('\n'), actual.split('\n')];
  const index = should.findIndex((line, at) => line !== is[at]);
  const at = index < 0 ? should.length : index;
  return { file, line: at + 1, expected: should[at] ?? none, actual: is[at] ?? none };
}

const contents = (url: URL): Promise<string> => readFile(url, 'utf8').catch(() => '');
