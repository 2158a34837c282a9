import { describe, expect, it } from 'vitest';
import { publicExports } from './support/public-exports.js';
import { sourcesBelow } from './support/source-imports.js';

const files = sourcesBelow('src');

describe.each(['index.ts', 'machines/index.ts', 'job/index.ts', 'testing/index.ts'])(
  'the entry %s',
  (entry) => {
    it('exports nothing without TSDoc', () => {
      const bare = publicExports(files, entry)
        .filter(({ doc }) => doc === undefined)
        .map(({ name, file, kind }) => `${kind} ${name} in ${file}`);

      expect(bare).toEqual([]);
    });
  },
);

it('finds what is exported, and what is written above it', () => {
  const found = publicExports(
    [
      {
        path: 'index.ts',
        text: "export { type A as B, c } from './a.js';\nexport type { D } from './b/d.js';\n",
      },
      {
        path: 'a.ts',
        text: '/** Ay. */\nexport type A = 1;\n/** Not this. */\nconst x = 1;\nexport const c = x;\n',
      },
      { path: 'b/d.ts', text: "export type { D } from '../e.js';\n" },
      {
        path: 'e.ts',
        text: '/** As value. */\nexport const D = {};\n\n/** As\n * type. */\nexport type D = 1;\n',
      },
    ],
    'index.ts',
  );

  expect(found).toEqual([
    { name: 'B', file: 'a.ts', kind: 'type', doc: ' Ay. ' },
    { name: 'c', file: 'a.ts', kind: 'const', doc: undefined },
    { name: 'D', file: 'e.ts', kind: 'const', doc: ' As value. ' },
    { name: 'D', file: 'e.ts', kind: 'type', doc: ' As\n * type. ' },
  ]);
});

it('asks for the comment of the first overload only', () => {
  const found = publicExports(
    [
      { path: 'index.ts', text: "export { f } from './f.js';\n" },
      {
        path: 'f.ts',
        text: '/** Eff. */\nexport function f(): void;\nexport function f(a?: 1): void {}\n',
      },
    ],
    'index.ts',
  );

  expect(found).toEqual([{ name: 'f', file: 'f.ts', kind: 'function', doc: ' Eff. ' }]);
});
