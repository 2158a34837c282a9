import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLog } from '../../src/job/log.js';
import { envelope, readFromChild, type ToParent } from '../../src/protocol/child-messages.js';
import { Secret } from '../../src/secret.js';

function logged(level = 'trace') {
  const lines: Parameters<Parameters<typeof createLog>[0]['write']>[0][] = [];
  const log = createLog({
    level: () => level,
    fields: { job_id: 'job-1' },
    write: (line) => lines.push(line),
  });
  return { log, lines, last: () => ({ ...lines.at(-1), time: 0 }) };
}

it('writes a text, fields, or both, always with its own fields', () => {
  const { log, lines } = logged();

  log.info('joined');
  log.warn({ turns: 3 });
  log.child({ turn: 4, job_id: 'forged' }).debug({ heard: true }, 'heard');

  expect(lines.map(({ level, message, fields }) => ({ level, message, fields }))).toEqual([
    { level: 'info', message: 'joined', fields: { job_id: 'job-1' } },
    { level: 'warn', message: '', fields: { job_id: 'job-1', turns: 3 } },
    { level: 'debug', message: 'heard', fields: { job_id: 'job-1', turn: 4, heard: true } },
  ]);
});

it('writes errors with text and stack, with their code and cause', () => {
  const { log, last } = logged();
  const error = Object.assign(new Error('outer', { cause: new Error('inner') }), { code: 'E_X' });

  log.error(error);

  expect(last()).toEqual({
    type: 'log',
    level: 'error',
    message: 'outer',
    time: 0,
    fields: {
      job_id: 'job-1',
      err: {
        type: 'Error',
        message: 'outer',
        stack: error.stack,
        code: 'E_X',
        cause: { type: 'Error', message: 'inner', stack: expect.stringContaining('Error: inner') },
      },
    },
  });
});

it('keeps of an error what it is', () => {
  class QuotaError extends Error {}
  const { log, last } = logged();
  const typeOf = (err: unknown) => {
    log.error({ err }, 'failed');
    return (last().fields as { err: { type?: unknown } }).err.type;
  };

  expect([
    typeOf(new TypeError('x')),
    typeOf(new QuotaError('x')),
    typeOf(new DOMException('x', 'AbortError')),
  ]).toEqual(['TypeError', 'QuotaError', 'AbortError']);
});

it.each([
  ['silent', []],
  ['fatal', ['fatal']],
  ['warn', ['warn', 'error', 'fatal']],
  ['info', ['info', 'warn', 'error', 'fatal']],
  ['unheard of', ['info', 'warn', 'error', 'fatal']],
  ['trace', ['trace', 'debug', 'info', 'warn', 'error', 'fatal']],
])('writes from its level on: %s', (level, expected) => {
  const { log, lines } = logged(level);

  for (const method of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const)
    log[method]('x');

  expect(lines.map((line) => line.level)).toEqual(expected);
});

it('shows no secret, and survives values that JSON cannot hold', () => {
  const { log, last } = logged();
  const circle: Record<string, unknown> = { size: 2n ** 64n, act: () => {} };
  circle.self = circle;
  const hostile = {
    get value() {
      throw new Error('no');
    },
  };

  log.info(
    { token: new Secret('eyJ'), circle, hostile, bytes: new Uint8Array(4), when: new Date(0) },
    'odd',
  );

  expect(last().fields).toEqual({
    job_id: 'job-1',
    token: '[secret]',
    circle: { size: '18446744073709551616', act: undefined, self: '[circular]' },
    hostile: '[unreadable]',
    bytes: '[4 bytes]',
    when: '1970-01-01T00:00:00.000Z',
  });
});

it('writes what JSON can hold, whatever it is given', () => {
  const { log, last } = logged();

  fc.assert(
    fc.property(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withNullPrototype: true,
        withTypedArray: true,
      }),
      (value) => {
        log.info({ value }, 'anything');
        const { fields } = last();
        expect(() => JSON.stringify(fields)).not.toThrow();
      },
    ),
  );
});

it('cuts what is too long, says so, and keeps whose line it is', () => {
  const { log, last } = logged();
  const wide = Object.fromEntries(
    Array.from({ length: 100 }, (_, n) => [`key${n}`, 'x'.repeat(20_000)]),
  );
  const huge = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`key${n}`, { ...wide }]));

  log.child(huge).child(huge).info(huge, 'y'.repeat(100_000));
  expect(last().fields?.job_id).toBe('job-1');
  expect(JSON.stringify(last()).length).toBeLessThan(180_000);
  log.info(huge, 'y'.repeat(100_000));

  const { message, fields } = last();
  expect(JSON.stringify(last()).length).toBeLessThan(90_000);
  expect(message).toBe(`${'y'.repeat(16_384)}… (100000 characters)`);
  expect(fields).toMatchObject({ job_id: 'job-1', '…': '99 more' });
});

it('says what it left out of a list and of an object', () => {
  const { log, last } = logged();
  const many = Object.fromEntries(Array.from({ length: 103 }, (_, n) => [`key${n}`, n]));

  log.info({ list: Array(105).fill(0), many }, 'much');

  const { list, many: members } = last().fields as { list: unknown[]; many: object };
  expect([list.length, list.at(-1)]).toEqual([101, '… (5 more)']);
  expect([Object.keys(members).length, Object.entries(members).at(-1)]).toEqual([
    101,
    ['…', '3 more'],
  ]);
});

it.each<[string, unknown[], object]>([
  ['nothing', [undefined], { message: '', fields: { job_id: 'job-1' } }],
  ['a number', [42], { message: '', fields: { value: 42, job_id: 'job-1' } }],
  ['a list', [['a']], { message: '', fields: { value: ['a'], job_id: 'job-1' } }],
  ['a number for a text', [{ a: 1 }, 42], { message: '42', fields: { a: 1, job_id: 'job-1' } }],
  [
    'an error whose text is none',
    [Object.assign(new RangeError(), { message: 7 })],
    {
      message: 'RangeError without a message',
      fields: {
        err: { type: 'RangeError', message: '7', stack: expect.any(String) },
        job_id: 'job-1',
      },
    },
  ],
  [
    'an object that cannot be read',
    [
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('no');
          },
          ownKeys: () => {
            throw new Error('no');
          },
        },
      ),
    ],
    { message: '', fields: { value: '[unreadable]', job_id: 'job-1' } },
  ],
])('makes a line of %s', (_, given, expected) => {
  const { log, last } = logged();

  (log.info as (...args: unknown[]) => void)(...given);

  expect(last()).toEqual({ type: 'log', level: 'info', time: 0, ...expected });
  expect(readFromChild(envelope(last() as ToParent, 0))).not.toHaveProperty('problem');
});

it('makes only lines that the worker takes, whatever it is given', () => {
  const { log, last } = logged();
  const text = fc.string({ unit: 'binary', maxLength: 20_000, size: 'max' });

  fc.assert(
    fc.property(text, fc.dictionary(text, fc.array(text)), (message, fields) => {
      log.error(fields, message);
      expect(readFromChild(envelope(last() as ToParent, 0))).not.toHaveProperty('problem');
    }),
    { numRuns: 10 },
  );
});
