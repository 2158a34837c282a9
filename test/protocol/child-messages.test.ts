import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  envelope,
  readFromChild,
  readFromParent,
  type ToChild,
  type ToParent,
} from '../../src/protocol/child-messages.js';

const toChild: ToChild[] = [
  {
    type: 'initialize',
    agent: { url: 'file:///a.js', form: 'file' },
    graceMs: 1,
    callbackMs: 2,
    logLevel: 'info',
    directory: 'folder/of/job',
    unhandledRejection: 'log',
    userArguments: { tenants: ['a'] },
  },
  { type: 'expose', url: 'ws://h', apiKey: 'k', apiSecret: 's' },
  {
    type: 'start',
    jobId: 'AJ_1',
    url: 'ws://h',
    token: 'a.b.c',
    record: 'AAEC',
    participation: { name: '', identity: 'i', metadata: '', attributes: { a: 'b' } },
    workerId: 'AW_1',
  },
  { type: 'ping', ref: 7 },
  { type: 'shutdown', reason: 'drain', graceMs: 1_500 },
  { type: 'leave' },
  { type: 'leave', stay: true },
];
const toParent: ToParent[] = [
  { type: 'online' },
  { type: 'ready', timings: { import: 12.5 } },
  { type: 'failed', error: { code: 'E', message: 'm' } },
  { type: 'started', jobId: 'AJ_1' },
  { type: 'closing', reason: 'the room ended' },
  { type: 'finished', end: { outcome: 'success' } },
  { type: 'finished', end: { outcome: 'failed', error: { code: 'E', message: 'm' } } },
  { type: 'freed' },
  { type: 'pong', ref: 7 },
  { type: 'log', level: 'info', message: 'hello', fields: { room: 'lobby', n: [1] }, time: 5 },
];
const tooMuch = 'more than 262144 characters';
/** What the channel does to a message. */
const channel = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

it.each(toChild)('brings $type to the child and back unchanged (D-13)', (message) => {
  expect(readFromParent(channel(envelope(message, 3)))).toEqual({ message, seq: 3 });
});

it.each(toParent)('brings $type to the parent and back unchanged', (message) => {
  expect(readFromChild(channel(envelope(message, 3)))).toEqual({ message, seq: 3 });
});

it('lets neither side speak with the other’s words', () => {
  const fromParent = toChild.map((message) => readFromChild(envelope(message, 0)));
  const fromChild = toParent.map((message) => readFromParent(envelope(message, 0)));

  expect([...fromParent, ...fromChild].filter((read) => !('problem' in read))).toEqual([]);
});

it.each([
  ['nothing', undefined],
  ['a string', 'ready'],
  ['an array', []],
  ['a message without an envelope', { type: 'online' }],
  ['another version', { v: 2, seq: 0, type: 'online' }],
  ['a sequence in words', { v: 1, seq: '0', type: 'online' }],
])('refuses %s for want of an envelope', (_, raw) => {
  expect(readFromChild(raw)).toEqual({ problem: 'no envelope of version 1' });
});

it.each([
  ['an unknown type', { type: 'exit' }],
  ['a type of the prototype', { type: 'toString' }],
  ['no type', {}],
  ['a timing in words', { type: 'ready', timings: { import: 'long' } }],
  ['a failure without a message', { type: 'failed', error: { code: 'E' } }],
  ['an end of another kind', { type: 'finished', end: { outcome: 'lost' } }],
  ['a level that loggers do not know', { ...toParent.at(-1), level: 'loud' }],
])('refuses %s and says where, not what (R-E8)', (_, body) => {
  const read = readFromChild({ v: 1, seq: 0, ...body });

  expect(Object.keys(read)).toEqual(['problem']);
  expect(JSON.stringify(read)).not.toMatch(/toString|long|loud|lost/);
});

it.each([
  ['one long text', { type: 'closing', reason: 'x'.repeat(40_000) }, 'reason: expected <=32768'],
  [
    'an error of one',
    { type: 'failed', error: { code: 'E', message: 'x'.repeat(40_000) } },
    'error.message: expected <=32768',
  ],
  ['much in one field', { ...toParent.at(-1), fields: { a: ['x'.repeat(300_000)] } }, tooMuch],
  ['many small ones', { ...toParent.at(-1), fields: { a: Array(40_000).fill(0) } }, tooMuch],
  [
    'many names',
    {
      ...toParent.at(-1),
      fields: Object.fromEntries(Array.from({ length: 40_000 }, (_, n) => [`name-${n}`, 0])),
    },
    tooMuch,
  ],
  ['much that nobody asked for', { type: 'online', more: 'x'.repeat(300_000) }, tooMuch],
])('takes no message of a child with %s (R-E8, R-S8)', (_, body, problem) => {
  expect(readFromChild({ v: 1, seq: 0, ...body })).toEqual({ problem });
});

it('drops what it does not know inside a message', () => {
  const read = readFromChild({ v: 1, seq: 0, type: 'pong', ref: 1, pid: 1, exit: true });

  expect(read).toEqual({ message: { type: 'pong', ref: 1 }, seq: 0 });
});

it.each([
  '{"v":1,"seq":0,"type":"log","level":"info","message":"","time":0,"fields":{"__proto__":{"x":1}}}',
  '{"v":1,"seq":0,"type":"ready","timings":{"__proto__":1,"constructor":2}}',
  '{"v":1,"seq":0,"type":"online","__proto__":{"type":"finished"}}',
])('keeps hostile keys inert in %s (R-S8)', (text) => {
  const read = readFromChild(JSON.parse(text));

  expect('x' in {}).toBe(false);
  expect({}.constructor).toBe(Object);
  expect(read).not.toHaveProperty('message.fields.x');
});

it('turns anything into a message or a problem, and never throws (R-E8, R-S8)', () => {
  const enveloped = fc
    .tuple(fc.constantFrom(...toParent, ...toChild), fc.anything())
    .map(([{ type }, body]) => ({ v: 1, seq: 0, ...Object(body), type }));

  fc.assert(
    fc.property(fc.oneof(fc.anything(), enveloped), (raw) => {
      for (const read of [readFromChild(raw), readFromParent(raw)]) {
        expect('problem' in read || 'message' in read).toBe(true);
      }
    }),
    { numRuns: 1_000 },
  );
});
