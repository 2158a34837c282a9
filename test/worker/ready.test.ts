import { createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { WorkerError } from '../../src/index.js';
import { serveWithLedger } from '../support/ledger-server.js';
import { cleanEnd, startRealWorker } from '../support/real-worker.js';

it.each([0, 1, 2])(
  'finds its agent for a room that is made right when it is ready (%i)',
  async (numIdleProcesses) => {
    const world = await serveWithLedger();
    const run = startRealWorker(world, { options: { numIdleProcesses } });

    await run.worker.ready;
    const job = world.offer();
    await world.ended(job);

    expect([job.dispatch, job.status]).toEqual(['assigned', 'success']);
    expect(await run.end()).toEqual(cleanEnd);
  },
);

it('is not ready while the server hears that it is full', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world, { options: { maxJobs: 0, numIdleProcesses: 0 } });
  let isReady = false;
  const ready = run.worker.ready.then(() => {
    isReady = true;
  });

  await run.hear('status', ({ status }) => status === 'full');
  await run.end();

  await expect(ready).rejects.toThrow('before it was ready');
  expect(isReady).toBe(false);
});

it('tells why it will never be ready when it failed (F-30)', async () => {
  const world = await serveWithLedger();
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void listener.close());
  const address = listener.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const run = startRealWorker(world, { options: { port, numIdleProcesses: 0 } });

  const error = await run.worker.ready.catch((thrown: unknown) => thrown);

  const { failure } = await run.worker.done;
  expect(error).toBeInstanceOf(WorkerError);
  expect(error).toMatchObject({ ...failure, code: 'ERR_PORT_IN_USE' });
});

it.each(['drain', 'stop', 'halt'] as const)(
  'tells that it ended by %s before it was ready (N-45)',
  async (how) => {
    const world = await serveWithLedger();
    const run = startRealWorker(world);

    await run.worker[how]();

    await expect(run.worker.ready).rejects.toMatchObject({
      code: 'ERR_WORKER_ENDED',
      message: 'The worker was drained or stopped before it was ready.',
    });
  },
);
