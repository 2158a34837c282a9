import { expect, it } from 'vitest';
import { WorkerType } from '../../src/index.js';
import { serveWithLedger } from '../support/ledger-server.js';
import { startRealWorker } from '../support/real-worker.js';

/** A worker whose jobs say whom they are about, and what was said of jobs that are over. */
async function workerOf(options: NonNullable<Parameters<typeof startRealWorker>[1]>['options']) {
  const world = await serveWithLedger();
  const { server } = world;
  const run = startRealWorker(world, { agent: 'says-who', options });
  await run.available();
  const lines = () =>
    run.logs.filter(({ message }) => message === 'my job').map(({ fields }) => fields);
  const said = async (jobs: number) => {
    const isOver = ({ status }: { status: string }) => status === 'success';
    await server.waitFor(() => server.jobs.filter(isOver).length === jobs);
    await run.worker.drain();
    return lines()
      .map(({ room, about }) => [room, about])
      .sort();
  };
  return { server, said };
}

it('runs one job for each room (F-10, F-57)', async () => {
  const { server, said } = await workerOf({ workerType: WorkerType.ROOM });

  server.createRoom({ name: 'lobby' });
  server.createRoom({ name: 'lobby' });
  server.join('lobby', { identity: 'ann' });
  server.publish('lobby', 'ann');
  server.createRoom({ name: 'attic' });

  expect(await said(2)).toEqual([
    ['attic', ''],
    ['lobby', ''],
  ]);
  expect(server.jobs.length).toBe(2);
});

it('runs one job for each participant that publishes, which is the publisher of the job (F-11, F-60)', async () => {
  const { server, said } = await workerOf({ workerType: WorkerType.PUBLISHER });

  for (const identity of ['ann', 'bob', 'listener']) server.join('lobby', { identity });
  server.publish('lobby', 'ann', 'microphone');
  server.publish('lobby', 'ann', 'camera');
  server.publish('lobby', 'bob');

  expect(await said(2)).toEqual([
    ['lobby', 'ann'],
    ['lobby', 'bob'],
  ]);
  expect(server.jobs.length).toBe(2);
});

it('runs one job for each participant that joins, agents excepted (F-12)', async () => {
  const { server, said } = await workerOf({ workerType: WorkerType.PARTICIPANT });

  server.join('lobby', { identity: 'ann' });
  server.join('lobby', { identity: 'robot', isAgent: true });
  server.join('lobby', { identity: 'bob' });

  expect(await said(2)).toEqual([
    ['lobby', 'ann'],
    ['lobby', 'bob'],
  ]);
  expect(server.jobs.length).toBe(2);
});
