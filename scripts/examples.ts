import { readFileSync } from 'node:fs';

const place = /<!-- example: (\S+) -->\n```ts\n[\s\S]*?```/g;

/** A page with the text of each example file in its place. */
export const withExamples = (page: string): string =>
  page.replace(
    place,
    (_, path: string) =>
      `<!-- example: ${path} -->\n\`\`\`ts\n${readFileSync(path, 'utf8').trimEnd()}\n\`\`\``,
  );
