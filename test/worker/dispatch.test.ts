import { AgentDispatchClient, RoomServiceClient } from 'livekit-server-sdk';
import { expect, it, onTestFinished } from 'vitest';
import { type WorkerOptions, WorkerPermissions, WorkerType } from '../../src/index.js';
import {
  createTestServer,
  type JobRecord,
  type TestServerOptions,
} from '../../src/testing/index.js';
import { createLedger } from '../../src/testing/ledger.js';
import { startRealWorker } from '../support/real-worker.js';

type Options = ConstructorParameters<typeof WorkerOptions>[0];

/** A server and a worker whose jobs log what they were dispatched with. */
async function world(options: Options = {}, serverOptions: TestServerOptions = {}) {
  const ledger = createLedger();
  const server = await createTestServer({ selectionWait: 0, ledger, ...serverOptions });
  onTestFinished(() => server.stop());
  const run = startRealWorker(
    { server, ledger },
    { agent: 'tells-its-dispatch', options: { numIdleProcesses: 0, ...options } },
  );
  await run.available();
  const secret = server.apiSecret.reveal();
  return {
    server,
    run,
    rooms: new RoomServiceClient(server.httpUrl, server.apiKey, secret),
    dispatches: new AgentDispatchClient(server.httpUrl, server.apiKey, secret),
    told: async () => (await run.hearLog('told')).fields.told as Record<string, unknown>,
    assigned: () =>
      server.waitFor(() => server.jobs.find(({ dispatch }) => dispatch === 'assigned')),
  };
}

const grantsOf = ({ token }: JobRecord): Record<string, unknown> => {
  const [, claims = ''] = token?.reveal().split('.') ?? [];
  return JSON.parse(Buffer.from(claims, 'base64url').toString()).video;
};

it('takes the automatic dispatch of a new room (F-57)', async () => {
  const { rooms, told } = await world();

  await rooms.createRoom({ name: 'lobby' });

  expect(await told()).toMatchObject({ agentName: '', metadata: '' });
});

it('takes explicit dispatches for its name, with metadata, and no others (F-58, F-59, O-9)', async () => {
  const { server, dispatches, told } = await world({ agentName: 'helper' });

  await dispatches.createDispatch('lobby', 'somebody');
  await dispatches.createDispatch('lobby', 'helper', { metadata: '{"tenant":7}' });

  expect(await told()).toMatchObject({ agentName: 'helper', metadata: '{"tenant":7}' });
  expect(server.jobs.map(({ agentName, dispatch }) => [agentName, dispatch])).toEqual([
    ['', 'unserved'],
    ['somebody', 'unserved'],
    ['helper', 'assigned'],
  ]);
});

it('hands the attributes of a dispatch to the entrypoint (F-59)', async () => {
  const { server, told } = await world({ agentName: 'helper' });

  server.createDispatch('lobby', 'helper', { attributes: { tier: 'one', seat: 'A–4' } });

  expect(await told()).toMatchObject({ attributes: { tier: 'one', seat: 'A–4' } });
});

it('knows whom a publisher job is about, before it joins and after (F-60)', async () => {
  const { server, told } = await world({ workerType: WorkerType.PUBLISHER });

  server.join('lobby', { identity: 'ann' });
  server.publish('lobby', 'ann');

  expect(await told()).toMatchObject({ before: { publisher: 'ann' }, after: { publisher: 0 } });
});

it('knows whom a participant job is about (F-60)', async () => {
  const { server, told } = await world({ workerType: WorkerType.PARTICIPANT });

  server.join('lobby', { identity: 'ann' });

  expect(await told()).toMatchObject({ before: { participant: 'ann' }, after: { participant: 0 } });
});

it('gets tokens that grant what it was started with (F-8)', async () => {
  const permissions = new WorkerPermissions({
    canPublish: false,
    canSubscribe: true,
    canPublishData: false,
    hidden: true,
  });
  const { server, assigned } = await world({ permissions });

  server.createRoom({ name: 'lobby' });

  expect(grantsOf(await assigned())).toMatchObject({
    room: 'lobby',
    roomJoin: true,
    agent: true,
    canPublish: false,
    canSubscribe: true,
    canPublishData: false,
    hidden: true,
  });
});

it('gets tokens that grant everything but to be hidden unless told otherwise (F-8)', async () => {
  const { server, assigned } = await world();

  server.createRoom({ name: 'lobby' });

  const grants = grantsOf(await assigned());
  expect(grants).toMatchObject({ canPublish: true, canSubscribe: true, canPublishData: true });
  expect(grants).not.toHaveProperty('hidden');
});

it('joins where the assignment says, and at its own server when it says nothing (F-64)', async () => {
  const elsewhere = await world({}, { roomUrl: 'simulated://elsewhere' });
  const own = await world({}, { roomUrl: null });

  elsewhere.server.createRoom({ name: 'lobby' });
  own.server.createRoom({ name: 'lobby' });

  expect((await elsewhere.told()).isSimulated).toBe(true);
  expect((await own.told()).isSimulated).toBe(false);
});

it('ends a job whose dispatch was deleted within 3 s, with a reason of its own (F-63)', async () => {
  const { server, run, dispatches, told } = await world({ agentName: 'helper' });
  const { id } = await dispatches.createDispatch('lobby', 'helper');
  await told();

  await dispatches.deleteDispatch(id, 'lobby');
  const aborted = await run.hearLog('aborted');
  const job = await server.waitFor(() => server.jobs.find(({ endedAt }) => endedAt !== undefined));

  expect(aborted.fields.reason).toBe('terminated by the server');
  expect(job.status).toBe('success');
  expect(Number(job.endedAt) - Number(job.terminatedAt)).toBeLessThan(3_000);
});
