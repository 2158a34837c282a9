import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { LogLine } from '../../src/observe/log-lines.js';
import { openFile } from '../../src/observe/log-stream.js';
import { filtered, jsonSink, type LogSink, loggerSink } from '../../src/observe/logger.js';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const line = (level: LogLine['level'], fields: LogLine['fields'] = {}): LogLine => ({
  level,
  event: 'job.log',
  msg: `a ${level} line`,
  fields,
});

const recording = (): { sink: LogSink; lines: LogLine[] } => {
  const lines: LogLine[] = [];
  return { lines, sink: { write: (it) => lines.push(it), close: async () => {} } };
};

it('writes JSON lines with time, level as a word, and event', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'logger-'));
  folders.push(folder);
  const file = join(folder, 'log');
  const sink = await jsonSink(openFile(openSync(file, 'w')));

  sink.write(line('info', { job_id: 'AJ_1', pid: 42 }), Date.UTC(2026, 0, 2));
  sink.write(line('error', { level: 'mine', time: 1, msg: 'mine', event: 'mine' }), 0);
  await sink.close();

  const written = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((it) => JSON.parse(it));
  expect(written).toEqual([
    {
      level: 'info',
      time: '2026-01-02T00:00:00.000Z',
      event: 'job.log',
      job_id: 'AJ_1',
      pid: 42,
      msg: 'a info line',
    },
    {
      level: 'error',
      time: '1970-01-01T00:00:00.000Z',
      event: 'job.log',
      level_: 'mine',
      time_: 1,
      msg_: 'mine',
      event_: 'mine',
      msg: 'a error line',
    },
  ]);
});

it('leaves an error as its process described it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'logger-'));
  folders.push(folder);
  const file = join(folder, 'log');
  const sink = await jsonSink(openFile(openSync(file, 'w')));
  const cause = { type: 'RangeError', message: 'inner', stack: 'RangeError: inner\n    at b.js:2' };
  const err = {
    type: 'TypeError',
    message: 'outer',
    stack: 'TypeError: outer\n    at a.js:1',
    code: 'E_X',
    cause,
  };

  sink.write(line('error', { err }));
  await sink.close();

  expect(JSON.parse(readFileSync(file, 'utf8')).err).toEqual(err);
});

it('lets lines of the level and above through', () => {
  const { sink, lines } = recording();
  const filter = filtered('warn', sink);

  for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const) {
    filter.write(line(level));
  }

  expect(lines.map(({ level }) => level)).toEqual(['warn', 'error', 'fatal']);
});

it('lets nothing through when it is to be silent', () => {
  const { sink, lines } = recording();

  filtered('silent', sink).write(line('fatal'));

  expect(lines).toEqual([]);
});

it('keeps secrets back (F-24)', () => {
  const { sink, lines } = recording();

  filtered('info', sink).write({ ...line('info', { token: 'x' }), msg: 'got eyJa.eyJb.c' });

  expect(lines).toEqual([{ ...line('info', { token: '[secret]' }), msg: 'got [secret]' }]);
});

it('writes into a logger of the user, and survives its faults (N-28)', () => {
  const calls: unknown[][] = [];
  const record = (...call: unknown[]) => {
    calls.push(call);
  };
  const broken = () => {
    throw new Error('full disk');
  };
  const sink = loggerSink({
    trace: record,
    debug: record,
    info: record,
    warn: record,
    error: broken,
    fatal: record,
  });

  sink.write(line('info', { pid: 42 }));
  sink.write(line('error'));

  expect(calls).toEqual([[{ event: 'job.log', pid: 42 }, 'a info line']]);
});

it('survives a log that cannot be written, and still ends (R-F10)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'logger-'));
  folders.push(folder);
  const file = join(folder, 'log');
  writeFileSync(file, '');
  // Opened for reading, so that every write fails.
  const sink = await jsonSink(openFile(openSync(file, 'r')));

  sink.write(line('info'));
  await sink.close();

  expect(readFileSync(file, 'utf8')).toBe('');
});
