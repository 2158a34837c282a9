import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, it } from 'vitest';
import { serveWithLedger } from '../support/ledger-server.js';
import { cleanEnd, startRealWorker } from '../support/real-worker.js';

it('ends a job that floods its worker, which is not held up by it (R-E7)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world);
  await run.available();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();

  const job = world.offer('floods');
  await world.ended(job);
  delay.disable();

  expect([job.status, job.error]).toEqual([
    'failed',
    'The child sent too many lines of its log within a second.',
  ]);
  const lines = run.logs.filter(({ message }) => message === 'a line of a flood');
  expect(lines.length).toBeLessThanOrEqual(2_000);
  expect(delay.percentile(99) / 1e6).toBeLessThan(250);
  expect(await run.end()).toEqual(cleanEnd);
});

it('loses none of the last lines that a job prints, however long they are (R-D16)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world);
  await run.available();

  const job = world.offer('prints');
  await world.ended(job);
  const end = await run.end();

  expect(
    run.logs.flatMap(({ message, fields }) =>
      fields.stream === 'stdout' ? [[message.slice(0, 9).trim(), fields.job_id]] : [],
    ),
  ).toEqual(
    Array.from({ length: 200 }, (_, n) => [
      `line ${n} ${'x'.repeat(9)}`.slice(0, 9).trim(),
      job.id,
    ]),
  );
  expect(end).toEqual(cleanEnd);
});
