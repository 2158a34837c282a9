import { expect, it } from 'vitest';
import { workerInAHurry as machine } from '../support/hurry.js';
import { serveWithLedger } from '../support/ledger-server.js';
import { cleanEnd, type RealWorker, startRealWorker } from '../support/real-worker.js';
import { seen } from '../support/seen.js';

const ok = { status: 200, body: 'OK' };
const no = (body: string) => ({ status: 503, body });

/** All three probes at once. */
const health = async (run: RealWorker) => ({
  registered: await run.probe('/'),
  alive: await run.probe('/livez'),
  ready: await run.probe('/readyz'),
});

it('tells by its health endpoints how far a worker is, from its start to its end (F-143, F-144, D-16, N-19, N-24, R-F14)', async () => {
  const world = await serveWithLedger();
  const { server } = world;
  let admit = server.rejectUpgrade(503);
  const options = { maxRetry: Number.POSITIVE_INFINITY, agentName: 'concierge' };
  const run = startRealWorker(world, { machine, options });
  await run.hear('disconnected');
  expect(await health(run)).toEqual({
    registered: no('not registered yet'),
    alive: ok,
    ready: no('not registered'),
  });

  admit();
  await run.available();
  expect(await health(run)).toEqual({ registered: ok, alive: ok, ready: ok });

  admit = server.rejectUpgrade(503);
  const losses = () => run.events.filter(({ type }) => type === 'disconnected');
  const before = losses().length;
  world.cut();
  await seen(() => losses()[before]);
  expect(await health(run)).toEqual({ registered: ok, alive: ok, ready: no('not registered') });

  admit();
  await server.waitFor(() => server.workers[0]?.status === 'available');
  expect(await health(run)).toEqual({ registered: ok, alive: ok, ready: ok });
  expect(JSON.parse((await run.probe('/worker?pretty')).body)).toEqual({
    agent_name: 'concierge',
    agent_name_is_env: false,
    worker_type: 'JT_ROOM',
    status: 'available',
    warm_processes: 1,
    worker_load: 0,
    worker_load_sent: 0,
    active_jobs: 0,
    deployment: '',
    sdk_version: expect.any(String),
    protocol_version: 1,
    project_type: 'node',
  });

  const job = world.offer('stays', 'lobby', 'concierge');
  const pid = await world.started(job);
  await server.waitFor(() => job.statuses.length === 1);
  const { body } = await run.probe('/worker');
  expect(JSON.parse(body)).toMatchObject({ active_jobs: 1, status: 'available' });
  expect(body).not.toMatch(new RegExp(`lobby|${job.id}|${job.agentIdentity}`));

  const ended = run.end();
  await run.hear('draining');
  expect(await health(run)).toEqual({ registered: ok, alive: ok, ready: no('draining') });

  process.kill(pid, 'SIGUSR2');
  expect(await ended).toEqual(cleanEnd);
  await expect(run.probe('/livez')).rejects.toThrow('fetch failed');
});

it('is not ready before the first process is warm (F-143, N-24)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world, { agent: 'never-loads' });
  await run.hear('registered');

  expect(await health(run)).toEqual({ registered: ok, alive: ok, ready: no('prewarming') });
  expect(world.server.workers.map(({ status }) => status)).toEqual(['full']);
  expect(await run.end()).toEqual(cleanEnd);
});

it('stays ready while it is full (F-143)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world, { options: { maxJobs: 1 } });
  await run.available();

  const pid = await world.started(world.offer('stays'));
  await world.server.waitFor(() => world.server.workers[0]?.status === 'full');

  expect(await health(run)).toEqual({ registered: ok, alive: ok, ready: ok });
  process.kill(pid, 'SIGUSR2');
  expect(await run.end()).toEqual(cleanEnd);
});
