import { expect, it } from 'vitest';
import { type CreateWorker, type RunningWorker, runWorker } from '../../src/cli/run-worker.js';
import type { Emitted, Output } from '../../src/machines/worker.types.js';
import type { LogLine } from '../../src/observe/log-lines.js';
import type { LogSink } from '../../src/observe/logger.js';
import { resolveOptions } from '../../src/options.js';
import { eventually } from '../support/eventually.js';

const settings = resolveOptions(
  { url: 'ws://a', apiKey: 'k', apiSecret: 's', agent: 'file:///a.js' },
  { mode: 'start', env: {}, flags: {} },
);

/** A worker that does what the test says, and a log that is a list. */
function fakeWorker() {
  const told: string[] = [];
  const lines: LogLine[] = [];
  let emit: (event: Emitted) => void = () => {};
  let log: Parameters<CreateWorker>[1]['log'] = () => {};
  let end: (output: Output) => void = () => {};
  let crash: (error: Error) => void = () => {};
  const done = new Promise<Output>((resolve, reject) => {
    [end, crash] = [resolve, reject];
  });
  const worker: RunningWorker = {
    start: () => told.push('start'),
    drain: () => told.push('drain'),
    stop: () => told.push('stop'),
    halt: () => told.push('halt'),
    actor: {
      on: (_, listener) => {
        emit = listener;
      },
    },
    done,
  };
  const createWorker: CreateWorker = (_, env) => {
    log = env.log;
    return worker;
  };
  const sink: LogSink = {
    write: (line) => lines.push(line),
    close: async () => {
      told.push('close');
    },
  };
  const exitCode = runWorker({ settings, sink, createWorker });
  return {
    told,
    lines,
    end,
    crash,
    exitCode,
    emit: (event: Emitted) => emit(event),
    log: (record: Parameters<typeof log>[0]) => log(record),
  };
}

const drained: Output = { outcome: 'drained', jobsCut: 0, failure: undefined };
const signal = (name: 'SIGINT' | 'SIGTERM') => process.emit(name, name);

it('starts the worker and waits for its end', async () => {
  const { told, end, exitCode } = fakeWorker();
  expect(told).toEqual(['start']);

  end(drained);

  expect(await exitCode).toBe(0);
  expect(told).toEqual(['start', 'close']);
});

it('logs what the worker tells and what its jobs log (N-28)', async () => {
  const { lines, emit, log, end, exitCode } = fakeWorker();

  emit({ type: 'job.accepted', jobId: 'AJ_1' });
  log({ level: 'info', message: 'hello', fields: { job_id: 'AJ_1' }, time: 1, pid: 42 });
  end(drained);
  await exitCode;

  expect(lines.map(({ event, fields }) => ({ event, fields }))).toEqual([
    { event: 'job.accepted', fields: { job_id: 'AJ_1' } },
    { event: 'job.log', fields: { job_id: 'AJ_1', pid: 42 } },
  ]);
});

it('drains on a signal, halts on the second, and leaves no listener behind (F-138)', async () => {
  const before = process.listenerCount('SIGTERM');
  const { told, lines, end, exitCode } = fakeWorker();

  signal('SIGTERM');
  await eventually(() => told.includes('drain'));
  signal('SIGINT');
  await eventually(() => told.includes('halt'));
  end({ outcome: 'halted', jobsCut: 1, failure: undefined });

  expect(await exitCode).toBe(130);
  expect(lines.map(({ msg }) => msg)).toEqual([
    'SIGTERM: draining; a second one ends everything at once',
    'SIGINT: ending everything at once',
    'jobs were ended before they were over',
  ]);
  expect(process.listenerCount('SIGTERM')).toBe(before);
});

it('says why a worker failed', async () => {
  const { lines, end, exitCode } = fakeWorker();

  const failure = { code: 'ERR_SERVER_UNREACHABLE', message: 'nobody answers' };
  end({ outcome: 'failed', jobsCut: 0, failure });

  expect(await exitCode).toBe(69);
  expect(lines).toEqual([
    {
      level: 'fatal',
      event: 'worker.failed',
      msg: 'nobody answers',
      fields: { error_code: 'ERR_SERVER_UNREACHABLE' },
    },
  ]);
});

it('ends with a bug when the worker breaks', async () => {
  const { lines, crash, exitCode } = fakeWorker();

  crash(new Error('boom'));

  expect(await exitCode).toBe(1);
  expect(lines[0]?.msg).toMatch(/^Error: boom\n\s+at /);
});
