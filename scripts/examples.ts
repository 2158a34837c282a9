import { readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Page } from './machine-docs.js';

const place = /<!-- example: (\S+) -->\n```ts\n[\s\S]*?```/g;

/** A page with the text of each example in its place. */
const withExamples = (page: string): string =>
  page.replace(
    place,
    (_, path: string) =>
      `<!-- example: ${path} -->\n\`\`\`ts\n${readFileSync(path, 'utf8').trimEnd()}\n\`\`\``,
  );

/** Every page that shows an example file, with the file as it is now. */
export const examplePages = (): Page[] =>
  ['README.md', ...readdirSync('docs').map((name) => `docs/${name}`)]
    .filter((path) => path.endsWith('.md') && readFileSync(path, 'utf8').includes('<!-- example:'))
    .map((path) => ({
      file: path,
      url: pathToFileURL(path),
      text: withExamples(readFileSync(path, 'utf8')),
    }));
