import { AgentDispatch, CreateAgentDispatchRequest } from '@livekit/protocol';
import { AgentDispatchClient } from 'livekit-server-sdk';
import { expect, it } from 'vitest';
import type { TestServer } from '../../src/testing/index.js';
import { mintToken } from '../support/bare-worker.js';
import { callApi } from './api-calls.js';
import { connect, serve, serveInVirtualTime, willing } from './serve.js';

const clientOf = ({ httpUrl, apiKey, apiSecret }: TestServer) =>
  new AgentDispatchClient(httpUrl, apiKey, apiSecret.reveal());

const helper = { ...willing, register: { agentName: 'helper' } };

it('creates, lists and deletes dispatches, whose jobs are listed as running for good (F-58)', async () => {
  const server = await serve();
  const dispatches = clientOf(server);
  const worker = await connect(server, helper);
  server.createRoom({ name: 'lobby' });

  const created = await dispatches.createDispatch('lobby', 'helper', { metadata: 'm' });
  await worker.until(() => worker.assignments().length === 1);
  const jobId = worker.offers()[0]?.id ?? '';
  worker.updateJob(jobId, 3, 'broke');
  await worker.flush();

  const listed = await dispatches.getDispatch(created.id, 'lobby');
  expect(listed?.metadata).toBe('m');
  expect(
    listed?.state?.jobs.map(({ id, state }) => [id, state?.status, state?.error, state?.endedAt]),
  ).toEqual([[jobId, 1, '', 0n]]);
  expect((await dispatches.listDispatch('lobby')).map(({ agentName }) => agentName)).toEqual([
    '',
    'helper',
  ]);
  await dispatches.deleteDispatch(created.id, 'lobby');
  await expect(dispatches.deleteDispatch(created.id, 'lobby')).rejects.toMatchObject({
    status: 404,
    code: 'not_found',
  });
});

it('makes the room that a dispatch is for, and its automatic dispatch with it (F-57, F-58)', async () => {
  const server = await serve();
  const named = await connect(server, helper);
  const unnamed = await connect(server, willing);

  await clientOf(server).createDispatch('new', 'helper');
  await named.until(() => named.assignments().length === 1);
  await unnamed.until(() => unnamed.assignments().length === 1);

  expect(server.rooms.map(({ name, dispatches }) => [name, dispatches.length])).toEqual([
    ['new', 2],
  ]);
});

it('gives an unnamed worker two jobs for an unnamed dispatch in a new room (F-57)', async () => {
  const server = await serve();
  const worker = await connect(server, willing);

  await clientOf(server).createDispatch('new', '');
  await worker.until(() => worker.assignments().length === 2);

  expect(new Set(worker.offers().map(({ dispatchId }) => dispatchId)).size).toBe(2);
});

it('makes a job for each of two equal dispatches (F-58)', async () => {
  const server = await serve();
  const worker = await connect(server, helper);
  const dispatches = clientOf(server);

  await dispatches.createDispatch('lobby', 'helper');
  await dispatches.createDispatch('lobby', 'helper');
  await worker.until(() => worker.assignments().length === 2);

  expect((await dispatches.listDispatch('lobby')).map(({ agentName }) => agentName)).toEqual([
    '',
    'helper',
    'helper',
  ]);
});

it('carries metadata and attributes to the worker, 100 kB and 60 kB of them (F-59)', async () => {
  const server = await serve();
  const worker = await connect(server, helper);
  const metadata = 'm'.repeat(100 * 1024);
  const attributes = { tier: 'one', long: 'a'.repeat(60 * 1024) };

  await callApi(
    { ...server, apiSecret: server.apiSecret.reveal() },
    {
      path: 'AgentDispatchService/CreateDispatch',
      body: { room: 'lobby', agentName: 'helper', metadata, attributes },
    },
  );
  await worker.until(() => worker.offers().length === 1);

  const [job] = worker.offers();
  // Not compared as a whole, for a difference of this length helps nobody.
  expect(job?.metadata === metadata).toBe(true);
  expect([job?.attributes.tier, job?.attributes.long?.length]).toEqual(['one', 60 * 1024]);
});

it('tells the worker at once that a dispatch was deleted, and takes its agent out after 3 s (F-63)', async () => {
  const { server, clock } = await serveInVirtualTime({ selectionWait: 0 });
  const worker = await connect(server, helper);
  const dispatches = clientOf(server);
  const { id } = await dispatches.createDispatch('lobby', 'helper');
  await worker.until(() => worker.assignments().length === 1);
  worker.updateJob(server.jobs.find(({ agentName }) => agentName === 'helper')?.id ?? '', 1);
  await worker.flush();
  const there = () => server.rooms[0]?.participants.length;

  await dispatches.deleteDispatch(id, 'lobby');
  await worker.until(() => worker.terminations().length === 1);
  clock.advance(2_999);
  expect(there()).toBe(1);
  clock.advance(1);

  expect(there()).toBe(0);
});

it('speaks protobuf to those who do', async () => {
  const server = await serve();
  const response = await fetch(
    `${server.httpUrl}/twirp/livekit.AgentDispatchService/CreateDispatch`,
    {
      method: 'POST',
      headers: {
        'content-type': 'application/protobuf',
        authorization: `Bearer ${await mintToken(server, { roomAdmin: true, room: 'lobby' })}`,
      },
      body: new CreateAgentDispatchRequest({
        room: 'lobby',
        agentName: 'x',
      }).toBinary(),
    },
  );

  const { id } = AgentDispatch.fromBinary(new Uint8Array(await response.arrayBuffer()));
  expect(server.rooms[0]?.dispatches.map((dispatch) => dispatch.id)).toContain(id);
});

it('refuses what it does not take, in words, and makes nothing of it', async () => {
  const server = await serve();
  const said = async (call: string, body: object) =>
    (
      await callApi(
        { ...server, apiSecret: server.apiSecret.reveal() },
        { path: `AgentDispatchService/${call}`, body: { room: 'lobby', ...body } },
      )
    ).body;

  expect([
    await said('CreateDispatch', { deployment: 'a_b' }),
    await said('CreateDispatch', { metadata: 'm'.repeat(600 * 1024) }),
    await said('CreateDispatch', { attributes: { a: 'm'.repeat(70 * 1024) } }),
    await said('ListDispatch', {}),
    await said('DeleteDispatch', { dispatchId: 'x' }),
  ]).toEqual([
    {
      code: 'invalid_argument',
      msg: 'deployment: expected up to 64 letters, digits, dots and dashes',
    },
    { code: 'invalid_argument', msg: 'metadata size exceeds limits 524288' },
    { code: 'invalid_argument', msg: 'attribute size exceeds limits 65536' },
    { code: 'unavailable', msg: 'no response from servers' },
    { code: 'unavailable', msg: 'no response from servers' },
  ]);
  expect(server.rooms).toEqual([]);
});
