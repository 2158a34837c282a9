import { expect, it } from 'vitest';
import { differences, firstDifference } from '../scripts/machine-docs.js';
import { allPages } from '../scripts/pages.js';
import { sentenceAbove, stateComment } from '../scripts/source-text.js';
import { unionMembers } from '../scripts/type-text.js';

it('describes every machine and shows every example as it is (else: npm run docs)', async () => {
  expect(await differences(await allPages())).toEqual([]);
});

it('names the first line that differs', () => {
  expect(firstDifference('a.md', 'one\ntwo\n', 'one\ntoo\n')).toEqual({
    file: 'a.md',
    line: 2,
    expected: 'two',
    actual: 'too',
  });
  expect(firstDifference('a.md', 'one\n', 'one')).toMatchObject({ line: 2, actual: '(nothing)' });
  expect(firstDifference('a.md', '', 'one')).toMatchObject({ line: 1, expected: '' });
  expect(firstDifference('a.md', 'one', 'one')).toBeUndefined();
});

it('takes the sentence from the TSDoc right above the machine', () => {
  const source =
    '/** Not this. */\nconst a = 1;\n\n/**\n * It lives,\n * and ends.\n */\nexport const aMachine = setup({});';

  expect(sentenceAbove(source, 'aMachine')).toBe('It lives, and ends.');
  expect(() => sentenceAbove('const b = 1;\nexport const aMachine = 1', 'aMachine')).toThrow(
    'There is no TSDoc above aMachine.',
  );
});

it('reads the events of a union from its declaration', () => {
  const types = `
import type { Other, Told as FromNext } from './next.types.js';
/** How it ended. */
interface Exit {
  /** Its code. */
  readonly code: number;
}
export type Fact =
  | { readonly type: 'ready' | 'gone' }
  /** It left. */
  | ({ readonly type: 'left' } & Exit);
export type Event =
  | Fact
  | { readonly type: 'go'; readonly to: 'a' | 'b'; readonly why?: string }
  /** The clock says; or: {it} does. */
  | { readonly type: 'late' }
  | DoneActorEvent<Exit, \`proc.\${number}\`>
  | ErrorActorEvent<unknown, 'pool' | 'http'>
  | FromNext
  | FromElsewhere;
`;
  const next = `export type Told = { readonly type: 'next.told'; readonly slot: number };`;
  const files = new Map([
    ['a.types.ts', types],
    ['next.types.ts', next],
  ]);

  expect(unionMembers(files, 'a.types.ts', 'Event')).toEqual([
    { name: 'ready', fields: [], doc: '' },
    { name: 'gone', fields: [], doc: '' },
    { name: 'left', fields: ['code'], doc: 'It left.' },
    { name: 'go', fields: ['to', 'why?'], doc: '' },
    { name: 'late', fields: [], doc: 'The clock says; or: {it} does.' },
    { name: 'done of proc.*', fields: ['output'], doc: '' },
    { name: 'error of pool', fields: ['error'], doc: '' },
    { name: 'error of http', fields: ['error'], doc: '' },
    { name: 'next.told', fields: ['slot'], doc: '' },
    { name: '… FromElsewhere', fields: [], doc: '' },
  ]);
});

it('takes the note of a state from the comment right above it', () => {
  const source = `
}).createMachine({
  states: {
    alive: {
      states: {
        idle: {},
        // Until somebody
        // calls.
        busy: {},
      },
    },
    /* It is over. */
    idle: {
`;

  expect(stateComment(source, 'alive.busy')).toBe('Until somebody calls.');
  expect(stateComment(source, 'idle')).toBe('It is over.');
  expect(stateComment(source, 'alive.idle')).toBeUndefined();
  expect(stateComment(source, 'alive.gone')).toBeUndefined();
});
