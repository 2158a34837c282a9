import { expect, it } from 'vitest';
import { WorkerPermissions, WorkerType } from '../../src/index.js';
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
  return { server, said, lines };
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

it('takes the jobs that ask for its name, and no others (F-58, O-9)', async () => {
  const { server, said } = await workerOf({ agentName: 'concierge' });

  server.createRoom({ name: 'for anybody' });
  server.createRoom({ name: 'lobby', agents: [{ agentName: 'porter' }] });
  server.createDispatch('lobby', 'concierge');

  expect(await said(1)).toEqual([['lobby', '']]);
  expect(server.jobs.map(({ agentName, dispatch }) => [agentName, dispatch])).toEqual([
    ['', 'unserved'],
    ['porter', 'unserved'],
    ['concierge', 'assigned'],
  ]);
});

it('hands metadata and attributes of a job to its entrypoint (F-59)', async () => {
  const { server, said, lines } = await workerOf({ agentName: 'concierge' });
  server.createRoom({ name: 'lobby', agents: [] });

  server.createDispatch('lobby', 'concierge', { metadata: '{"tenant":7}', attributes: { a: 'b' } });
  await said(1);

  expect(lines().map(({ metadata, attributes }) => ({ metadata, attributes }))).toEqual([
    { metadata: '{"tenant":7}', attributes: { a: 'b' } },
  ]);
});

it('has its permissions in the token of each job (F-8)', async () => {
  const { server, said } = await workerOf({
    permissions: new WorkerPermissions({
      canPublish: false,
      canSubscribe: true,
      canPublishData: false,
      hidden: true,
    }),
  });

  server.createRoom({ name: 'lobby' });
  await said(1);

  const [, claims = ''] = server.jobs[0]?.token?.reveal().split('.') ?? [];
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString()).video).toMatchObject({
    room: 'lobby',
    roomJoin: true,
    canPublish: false,
    canSubscribe: true,
    canPublishData: false,
    hidden: true,
  });
});
