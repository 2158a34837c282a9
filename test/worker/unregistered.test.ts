import { expect, it, onTestFinished } from 'vitest';
import { createWorker, type WorkerEvent, WorkerOptions } from '../../src/index.js';

it('warms its pool and serves its health without server and credentials (F-153, O-34)', async () => {
  const worker = createWorker(
    new WorkerOptions({
      agent: new URL('../fixtures/agents/trivial.mjs', import.meta.url),
      unregistered: true,
      ...{ host: '127.0.0.1', port: 0, numIdleProcesses: 1 },
    }),
    { log: () => {} },
  );
  onTestFinished(async () => void (await worker.halt()));
  const told: WorkerEvent[] = [];
  worker.actor.on('*', (event) => told.push(event));

  worker.start();
  await worker.ready;

  const { port } = told.find((event) => event.type === 'listening') ?? { port: 0 };
  const answers = ['/', '/readyz', '/livez'].map(async (path) => {
    const { status } = await fetch(`http://127.0.0.1:${port}${path}`);
    return status;
  });
  expect(await Promise.all(answers)).toEqual([200, 200, 200]);
  expect(told.map(({ type }) => type)).toEqual(['listening', 'process.ready']);
  expect(await worker.drain()).toEqual({ outcome: 'drained', jobsCut: 0, failure: undefined });
});
