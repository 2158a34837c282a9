import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { textDocs } from '../scripts/member-docs.js';
import { WorkerError } from '../src/errors.js';
import { sourcesBelow, withoutComments } from './support/source-imports.js';

const codes = textDocs(readFileSync('src/errors.ts', 'utf8'), 'WorkerErrorCode');
const files = sourcesBelow('src');
/** Codes of ours; those of TLS are Node's own. */
const wordsOf = (text: string): string[] => text.match(/\bERR_(?!TLS_|SSL_)[A-Z_]+\b/g) ?? [];
const inWords = (code: string): string => code.replaceAll('_', ' ');

it('knows every code that the sources name', () => {
  const unknown = files.flatMap(({ path, text }) =>
    wordsOf(text)
      .filter((word) => !codes.has(word))
      .map((word) => `${path}: ${word}`),
  );

  expect(unknown).toEqual([]);
});

it('has no code that nothing uses', () => {
  const used = new Set(
    files
      .filter(({ path }) => path !== 'errors.ts')
      .flatMap(({ text }) => wordsOf(withoutComments(text))),
  );

  expect([...codes.keys()].filter((code) => !used.has(code))).toEqual([]);
});

it('lists the codes in order, each with whole sentences', () => {
  expect([...codes.keys()].map(inWords)).toEqual([...codes.keys()].map(inWords).sort());
  expect([...codes].filter(([, doc]) => !/^[A-Z`].*\.$/.test(doc))).toEqual([]);
});

it('refuses a list in which a code has no text', () => {
  expect(() => textDocs("type A =\n  /** Ay. */\n  | 'a'\n  | 'b';\n\n", 'A')).toThrow(
    "There is no TSDoc above 'b'.",
  );
});

it('throws errors with a code, a text and a cause', () => {
  const cause = new Error('below');
  const error = new WorkerError('ERR_POLICY', 'no', { cause });

  expect([error.name, error.code, error.message, error.cause]).toEqual([
    'WorkerError',
    'ERR_POLICY',
    'no',
    cause,
  ]);
});
