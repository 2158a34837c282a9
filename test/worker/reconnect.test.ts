import type { ServerMessage, WorkerMessage } from '@livekit/protocol';
import { expect, it } from 'vitest';
import type { TestServer } from '../../src/testing/index.js';
import { workerInAHurry as machine } from '../support/hurry.js';
import { serveWithLedger } from '../support/ledger-server.js';
import { cleanEnd, startRealWorker } from '../support/real-worker.js';

type Message = WorkerMessage | ServerMessage | undefined;

const isSuccess = (message: Message): boolean =>
  message?.message.case === 'updateJob' && message.message.value.status === 2;

/** What a worker said on a connection, in order. */
const saidOn = (server: TestServer, connection: string) =>
  server.frames
    .filter((frame) => frame.direction === 'in' && frame.connection === connection)
    .map(({ message }) => message?.message);

it('comes back to a server that lost it while a job runs, and ends the job there (F-34, N-21)', async () => {
  const world = await serveWithLedger();
  const { server } = world;
  const run = startRealWorker(world, { machine });
  await run.available();
  const job = world.offer('stays');
  const pid = await world.started(job);
  await server.waitFor(() => job.statuses.length === 1);

  const before = world.cut();
  const { workerId } = await run.hear('registered', (event) => event.workerId !== before);
  await server.waitFor(() => server.workers[0]?.migrated.length === 1);
  process.kill(pid, 'SIGUSR2');
  await world.ended(job);

  const [register, report, migration] = saidOn(server, workerId);
  expect(register?.case).toBe('register');
  expect(report).toMatchObject({
    case: 'updateWorker',
    value: { status: 0, load: 0, jobCount: 1 },
  });
  expect(migration).toMatchObject({ case: 'migrateJob', value: { jobIds: [job.id] } });
  expect(job.statuses.map(({ worker, status }) => [worker, status])).toEqual([
    [before, 'running'],
    [workerId, 'success'],
  ]);
  expect(await run.end()).toEqual(cleanEnd);
});

it('sends a terminal status again when the connection died under it (F-35)', async () => {
  const world = await serveWithLedger();
  const { server } = world;
  const when = ({ message }: { message: Message }) => isSuccess(message);
  server.script({ direction: 'in', message: 'updateJob', when, times: 1, fault: 'reset' });
  const run = startRealWorker(world, { machine });
  await run.available();

  const job = world.offer();
  await world.ended(job);

  expect(job.statuses.map(({ status }) => status)).toEqual(['running', 'success']);
  expect(new Set(job.statuses.map(({ worker }) => worker)).size).toBe(2);
  expect(await run.end()).toEqual(cleanEnd);
});

it('repeats a terminal status that arrived, when it cannot know that, and changes it never', async () => {
  const world = await serveWithLedger();
  const { server } = world;
  const run = startRealWorker(world, { machine });
  await run.available();
  const stop = server.on('job.updated', ({ status }) => {
    if (status !== 'success') return;
    stop();
    world.cut();
  });

  const job = world.offer();
  await server.waitFor(() => job.statuses.length === 3);

  expect(job.statuses.map(({ status }) => status)).toEqual(['running', 'success', 'success']);
  expect(await run.end()).toEqual(cleanEnd);
});

it('forgets an offer whose connection died before the answer (R-A9)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world, {
    machine,
    options: { requestFnc: () => new Promise(() => {}) },
  });
  await run.available();

  const job = world.offer();
  await run.hear('job.offered');
  const before = world.cut();
  await run.hear('job.expired', ({ jobId }) => jobId === job.id);
  await run.hear('registered', ({ workerId }) => workerId !== before);

  expect(job.answers.map(({ answer }) => answer)).toEqual(['closed']);
  expect(await run.end()).toEqual(cleanEnd);
});

it('outlives a restart of the server, with its job (R-A10)', async () => {
  const world = await serveWithLedger();
  const { server } = world;
  const run = startRealWorker(world, { machine });
  await run.available();
  const job = world.offer('stays');
  const pid = await world.started(job);
  await server.waitFor(() => job.statuses.length === 1);

  await server.restart({ whileDown: () => void process.kill(pid, 'SIGUSR2') });
  await world.ended(job);

  expect(job.statuses.map(({ status }) => status)).toEqual(['running', 'success']);
  const next = world.offer('ends', 'another room');
  await world.ended(next);
  expect(next.status).toBe('success');
  expect(await run.end()).toEqual(cleanEnd);
});

it('delivers the last status to a server that comes back while the worker leaves (F-35)', async () => {
  const world = await serveWithLedger();
  const { server } = world;
  const run = startRealWorker(world);
  await run.available();
  const job = world.offer('stays');
  const pid = await world.started(job);
  await server.waitFor(() => job.statuses.length === 1);

  await server.restart({
    whileDown: async () => {
      process.kill(pid, 'SIGUSR2');
      await run.hear('job.ended');
      void run.worker.drain();
      await run.hear('draining');
    },
  });
  await world.ended(job);

  expect(job.statuses.map(({ status }) => status)).toEqual(['running', 'success']);
  expect(await run.end()).toEqual(cleanEnd);
  expect(run.events.filter(({ type }) => type === 'warning')).toEqual([]);
});

it('says whose status it could not deliver when it leaves a server that is gone', async () => {
  const world = await serveWithLedger();
  const { server } = world;
  const run = startRealWorker(world);
  await run.available();
  const job = world.offer('stays');
  const pid = await world.started(job);
  await server.waitFor(() => job.statuses.length === 1);

  await server.stop();
  process.kill(pid, 'SIGUSR2');
  await run.hear('job.ended');
  const output = await run.worker.drain();

  expect(run.events.filter(({ type }) => type === 'warning')).toEqual([
    {
      type: 'warning',
      error: { code: 'ERR_STATUS_UNDELIVERED', message: expect.stringContaining('a job') },
      jobIds: [job.id],
    },
  ]);
  expect(output).toEqual(cleanEnd.output);
});

it('keeps a job through one loss of the connection after the other (F-33)', async () => {
  const world = await serveWithLedger();
  const { server } = world;
  const run = startRealWorker(world, { machine });
  await run.available();
  const job = world.offer('stays');
  const pid = await world.started(job);
  await server.waitFor(() => job.statuses.length === 1);

  for (let losses = 0; losses < 3; losses += 1) {
    const before = world.cut();
    await server.waitFor(() => {
      const [now] = server.workers;
      return now !== undefined && now.id !== before && now.migrated.includes(job.id);
    });
  }
  process.kill(pid, 'SIGUSR2');
  await world.ended(job);

  expect(job.statuses.map(({ status }) => status)).toEqual(['running', 'success']);
  expect(run.events.filter(({ type }) => type === 'registered').length).toBe(4);
  expect(await run.end()).toEqual(cleanEnd);
});
