import { expect, it } from 'vitest';
import { cycles, forbiddenWords, homeless, type Layers, strays } from './layers.js';
import { importsOf } from './source-imports.js';

const file = (path: string, text: string) => ({ path, text });
const layers: Layers = {
  machines: {
    files: /^machines\//,
    value: /^(xstate|machines\/.+|errors\.ts)$/,
    type: /^secret\.ts$/,
    dynamic: /(?!)/,
  },
  actors: { files: /^actors\//, value: /^node:.+$/, type: /^machines\//, dynamic: /^ws$/ },
};

it('reads every form of import', () => {
  const source = file(
    'machines/a.machine.ts',
    `
import 'node:fs';
import { assign, // import nothing from 'comment'
  setup } from 'xstate';
import type { B } from './b.types.js';
import { type C, d } from "../errors.js";
import * as all from '../actors/all.js';
import base, { more } from './base.js';
export * from './c.js';
export type { D } from './d.js';
/* import 'no'; */
const later = () => import('ws');
const either = (name: string) => import(name);
type Lazy = typeof import('@livekit/rtc-node');
const old = require('pino');
const text = 'it imports nothing from here';
`,
  );

  expect(importsOf(source).map(({ kind, module }) => `${kind} ${module}`)).toEqual([
    'value node:fs',
    'value xstate',
    'type machines/b.types.ts',
    'value errors.ts',
    'value actors/all.ts',
    'value machines/base.ts',
    'value machines/c.ts',
    'type machines/d.ts',
    'dynamic ws',
    'dynamic (computed)',
    'type @livekit/rtc-node',
    'dynamic pino',
  ]);
});

it.each([
  ['a node module', `import { readFile } from 'node:fs';`, 'value', 'node:fs'],
  ['an effect', `import { childProcess } from '../actors/child.js';`, 'value', 'actors/child.ts'],
  ['an effect, as a type', `import type { X } from '../actors/x.js';`, 'type', 'actors/x.ts'],
  ['a value where only types may', `import { Secret } from '../secret.js';`, 'value', 'secret.ts'],
  ['a late import', `const log = await import('pino');`, 'dynamic', 'pino'],
  ['a re-export', `export { x } from '../protocol/x.js';`, 'value', 'protocol/x.ts'],
  ['a require', `const x = require('ws');`, 'dynamic', 'ws'],
] as const)('finds %s in a machine', (_, text, kind, module) => {
  const found = strays([file('machines/a.machine.ts', text)], layers);

  expect(found).toEqual([{ file: 'machines/a.machine.ts', layer: 'machines', kind, module }]);
});

it('allows what the table allows', () => {
  const good = [
    file(
      'machines/a.ts',
      `import { setup } from 'xstate';\nimport type { S } from '../secret.js';`,
    ),
    file('actors/a.ts', `import type { I } from '../machines/a.types.js';\nimport('ws');`),
  ];

  expect(strays(good, layers)).toEqual([]);
});

it('finds files without a layer', () => {
  expect(homeless([file('shared/x.ts', ''), file('actors/a.ts', '')], layers)).toEqual([
    'shared/x.ts',
  ]);
});

it('finds circles, and takes types for none', () => {
  const circle = [
    file('a.ts', `import { b } from './b.js';`),
    file('b.ts', `import { c } from './c.js';`),
    file('c.ts', `import { a } from './a.js';`),
    file('d.ts', `import type { e } from './e.js';`),
    file('e.ts', `import { d } from './d.js';`),
  ];

  expect(cycles(circle)).toEqual([['a.ts', 'b.ts', 'c.ts', 'a.ts']]);
});

it('finds words in code, not in text or comments', () => {
  const source = file(
    'machines/a.ts',
    `// console.log\nconst a = 'Date.now()';\nconst b = Date.now();\n/* Date */ const c = \`\${Math.random()}\`;`,
  );

  expect(forbiddenWords([source], /\bDate\b|\bMath\.random\b|\bconsole\b/)).toEqual([
    { file: 'machines/a.ts', word: 'Date' },
    { file: 'machines/a.ts', word: 'Math.random' },
  ]);
});
