import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { paceOf } from '../../src/actors/child-pace.js';
import { logPrinted } from '../../src/actors/child-printed.js';

/** A child that prints what the test lets it, at a time that the test sets. */
function printer() {
  const clock = { now: 5_000 };
  const child = Object.assign(new EventEmitter(), {
    stdout: new PassThrough(),
    stderr: new PassThrough(),
  });
  const lines: { message: string; fields: unknown }[] = [];
  const last = logPrinted(child as unknown as ChildProcess, {
    log: ({ message, fields }) => lines.push({ message, fields }),
    jobId: () => (clock.now < 6_000 ? undefined : 'job-1'),
    pace: paceOf(() => clock.now),
  });
  const print = (stream: 'stdout' | 'stderr', text: string) => {
    child[stream].emit('data', Buffer.from(text));
  };
  return { clock, child, lines, last, print };
}

it('logs a thousand printed lines a second, and says how many it left out (R-E7, R-D16)', () => {
  const { clock, child, lines, print } = printer();

  print('stdout', 'x\n'.repeat(20_000));
  clock.now = 6_000;
  print('stderr', 'later\n');
  print('stdout', 'y\n'.repeat(1_000));
  child.emit('close');

  expect(lines.filter(({ message }) => message === 'x').length).toBe(1_000);
  expect(lines.filter(({ message }) => message === 'y').length).toBe(999);
  expect(lines.filter(({ message }) => message.length > 1)).toEqual([
    {
      message: '19000 lines were left out: a process may write 1000 within a second',
      fields: { count: 19_000 },
    },
    { message: 'later', fields: { stream: 'stderr', job_id: 'job-1' } },
    {
      message: '1 lines were left out: a process may write 1000 within a second',
      fields: { count: 1 },
    },
  ]);
});

it('remembers the last lines of the standard error, also those that it left out', () => {
  const { last, print } = printer();

  print('stderr', Array.from({ length: 3_000 }, (_, n) => `line ${n}\n`).join(''));

  expect(last()).toEqual(Array.from({ length: 20 }, (_, n) => `line ${2_980 + n}`));
});
