import {
  AvailabilityRequest,
  JobAssignment,
  JobTermination,
  RegisterWorkerResponse,
  type WorkerMessage,
} from '@livekit/protocol';
import { expect, it } from 'vitest';
import type { TestServer } from '../../src/testing/index.js';
import { workerInAHurry as machine } from '../support/hurry.js';
import { serveWithLedger } from '../support/ledger-server.js';
import { cleanEnd, startRealWorker } from '../support/real-worker.js';
import { seen } from '../support/seen.js';

const workerId = (server: TestServer): string => server.workers[0]?.id ?? '';
/** The job statuses that were sent, in order. */
const statuses = (server: TestServer) =>
  server.frames.flatMap(({ message }) => {
    const content = message?.message as WorkerMessage['message'] | undefined;
    return content?.case === 'updateJob' ? [content.value] : [];
  });
/** A field of a protocol to come. */
const fromTheFuture = Uint8Array.from([0x9a, 0x06, 0x01, 0x00]);

it('goes on after frames that it cannot read, does not know or did not ask for (R-B3, R-B5, R-C10)', async () => {
  const world = await serveWithLedger();
  const { server } = world;
  const run = startRealWorker(world);
  await run.available();
  const id = workerId(server);

  for (const garbage of ['no json', '{"offer":{}}', '', Uint8Array.from([255, 255]), fromTheFuture])
    server.send(id, garbage);
  server.send(id, { case: 'availability', value: new AvailabilityRequest() });
  server.send(id, { case: 'assignment', value: new JobAssignment() });
  server.send(id, { case: 'termination', value: new JobTermination({ jobId: 'AJ_nobody' }) });
  server.send(id, { case: 'register', value: new RegisterWorkerResponse({ workerId: 'AW_x' }) });
  const job = world.offer();
  await world.ended(job);

  expect([job.status, job.worker]).toEqual(['success', id]);
  expect(run.events.filter(({ type }) => type === 'disconnected')).toEqual([]);
  expect(await run.end()).toEqual(cleanEnd);
});

it('takes a connection on which ten frames in a row are unreadable for broken (R-B1)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world, { machine });
  await run.available();
  const id = workerId(world.server);

  for (let n = 0; n < 10; n += 1) world.server.send(id, 'no json');
  const { error } = await run.hear('disconnected');
  await run.hear('registered', ({ workerId }) => workerId !== id);
  await world.server.waitFor(() => world.server.workers[0]?.status === 'available');
  const job = world.offer();
  await world.ended(job);

  expect(error.message).toBe('Ten unreadable frames came within 10 s.');
  expect(job.status).toBe('success');
  expect(await run.end()).toEqual(cleanEnd);
});

it('answers an offer once and starts a job once, however often they come (F-55, N-22, R-B5, R-C8)', async () => {
  const world = await serveWithLedger();
  const { server } = world;
  server.script({ direction: 'out', message: 'availability', fault: 'duplicate' });
  server.script({ direction: 'out', message: 'assignment', fault: 'duplicate' });
  const run = startRealWorker(world);
  await run.available();

  const job = world.offer();
  await world.ended(job);

  expect(job.statuses.map(({ status }) => status)).toEqual(['running', 'success']);
  expect(
    server.frames.filter(({ name, direction }) => name === 'availability' && direction === 'in')
      .length,
  ).toBe(1);
  expect(await run.end()).toEqual(cleanEnd);
});

it('starts nothing for an assignment that comes too late, and reports it failed (F-51, N-4, R-C7)', async () => {
  const world = await serveWithLedger();
  world.server.script({ direction: 'out', message: 'assignment', fault: { delay: 300 } });
  const run = startRealWorker(world, { options: { assignmentTimeout: 100 } });
  await run.available();

  const job = world.offer();
  await run.hear('job.expired', ({ jobId }) => jobId === job.id);
  await world.ended(job);

  expect(job.statuses).toMatchObject([
    { status: 'failed', error: expect.stringContaining('late') },
  ]);
  expect(run.events.filter(({ type }) => type === 'job.started')).toEqual([]);
  expect(await run.end()).toEqual(cleanEnd);
});

it('starts nothing for a job whose end comes before its assignment (R-C11)', async () => {
  const world = await serveWithLedger();
  world.server.script({ direction: 'out', message: 'assignment', fault: { delay: 100 } });
  const run = startRealWorker(world);
  await run.available();

  const job = world.offer();
  await world.dispatched(job);
  world.server.terminate(job.id);
  await world.ended(job);

  expect(job.statuses.map(({ status }) => status)).toEqual(['failed']);
  expect(run.events.filter(({ type }) => type === 'job.started')).toEqual([]);
  expect(await run.end()).toEqual(cleanEnd);
});

it('reports an assignment that it never asked for as failed, once (R-C9)', async () => {
  const world = await serveWithLedger();
  const { server } = world;
  const run = startRealWorker(world);
  await run.available();
  const value = new JobAssignment({ job: { id: 'AJ_stray' }, token: 'a token' });

  server.send(workerId(server), { case: 'assignment', value });
  server.send(workerId(server), { case: 'assignment', value });
  const job = world.offer();
  await world.ended(job);

  const stray = statuses(server).filter(({ jobId }) => jobId === 'AJ_stray');
  expect(stray.map(({ error }) => error)).toEqual([
    'The assignment was late, or for an offer that this worker did not accept.',
  ]);
  expect(await run.end()).toEqual(cleanEnd);
});

it.each([
  ['what no child says', 'babbles'],
  ['more than a child may say', 'shouts'],
  ['what is no message at all', 'corrupts'],
] as const)('ends a child that says %s, and nothing else (F-77, R-E8)', async (_, act) => {
  const world = await serveWithLedger();
  const run = startRealWorker(world);
  await run.available();

  const bad = world.offer(act);
  await world.ended(bad);
  const pid = await world.started(bad);
  await seen(() => run.pids().find((other) => other !== pid));
  const good = world.offer();
  await world.ended(good);

  expect([bad.status, bad.error]).toEqual([
    'failed',
    expect.stringMatching(/^The child sent no valid message: /),
  ]);
  expect(good.status).toBe('success');
  expect(await run.end()).toEqual(cleanEnd);
});
