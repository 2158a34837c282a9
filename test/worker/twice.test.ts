import { expect, it } from 'vitest';
import { createWorker, WorkerError, WorkerOptions } from '../../src/index.js';
import { agentFixture } from '../support/forked-runner.js';
import { serveWithLedger } from '../support/ledger-server.js';
import { startRealWorker } from '../support/real-worker.js';

const stopped = { outcome: 'drained', jobsCut: 0, failure: undefined };

const unstarted = () =>
  createWorker(
    new WorkerOptions({
      agent: agentFixture('obeys'),
      url: 'ws://127.0.0.1:9',
      apiKey: 'key',
      apiSecret: 'secret',
      port: 0,
      host: '127.0.0.1',
    }),
  );

it('refuses to start twice, and goes on (R-F18)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world);

  const again = (() => {
    try {
      return run.worker.start();
    } catch (error) {
      return error;
    }
  })();
  await run.available();

  expect(again).toBeInstanceOf(WorkerError);
  expect(again).toMatchObject({
    code: 'ERR_ALREADY_STARTED',
    message: 'This worker was started before. Make a new one with createWorker.',
  });
});

it.each(['drain', 'stop', 'halt'] as const)(
  'ends at %s before it was started, and does not start after it (R-F18)',
  async (how) => {
    const worker = unstarted();

    const output = await worker[how]();

    expect(output).toMatchObject({ jobsCut: 0, failure: undefined });
    expect(() => worker.start()).toThrow('This worker was started before.');
  },
);

it('ends once, however often it is told to (R-F18)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world);
  await run.available();

  const outputs = await Promise.all([run.worker.stop(), run.worker.stop(), run.worker.drain()]);
  outputs.push(await run.worker.stop());

  expect(outputs).toEqual([stopped, stopped, stopped, stopped]);
  expect(run.events.filter(({ type }) => type === 'stopped')).toHaveLength(1);
});
