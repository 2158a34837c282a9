import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLog } from '../../src/job/log.js';
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
        message: 'outer',
        stack: error.stack,
        code: 'E_X',
        cause: { message: 'inner', stack: expect.stringContaining('Error: inner') },
      },
    },
  });
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

it('cuts what is too long', () => {
  const { log, last } = logged();

  log.info({ text: 'x'.repeat(100_000), many: Array(10_000).fill(0) }, 'y'.repeat(100_000));

  expect(JSON.stringify(last()).length).toBeLessThan(40_000);
});
