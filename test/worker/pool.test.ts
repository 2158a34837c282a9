import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { serveWithLedger } from '../support/ledger-server.js';
import { isRunning } from '../support/processes.js';
import { cleanEnd, startRealWorker } from '../support/real-worker.js';
import { seen } from '../support/seen.js';
import { setVariable, temporaryFolder } from '../support/temporary.js';

it.each([
  ['an asynchronous', 'obeys'],
  ['a synchronous', 'warms-synchronously'],
])(
  'runs a job in the process in which %s prewarm ended before the offer (F-4, F-78, F-79, O-3, P-1)',
  async (_, agent) => {
    const world = await serveWithLedger();
    const run = startRealWorker(world, { agent });
    await run.available();
    const { pid: warm } = await run.hear('process.ready');

    const job = world.offer();
    const pid = await world.started(job);
    const { fields } = await run.hearLog('joined');
    await world.ended(job);

    expect([pid, fields.warmedIn]).toEqual([warm, warm]);
    expect(fields.warmedAt).toBeLessThanOrEqual(job.createdAt);
    expect(await run.end()).toEqual(cleanEnd);
  },
);

it('replaces a warm process that is killed within 2 s, and starts the next job on a live one (F-84, D-7, N-8, R-D3)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world, { options: { numIdleProcesses: 2 } });
  const isOther = ({ pid }: { pid: number | undefined }) => pid !== victim;
  const { pid: victim = 0 } = await run.hear('process.ready');
  const { pid: other = 0 } = await run.hear('process.ready', isOther);
  await run.available();

  process.kill(victim, 'SIGKILL');
  const job = world.offer();
  const pid = await world.started(job);
  await run.hear('process.ready', ({ pid }) => pid !== victim && pid !== other, 2_000);
  await world.ended(job);

  // Whether the job or the news of the death came first, nobody but the pool notices.
  expect(pid).toBe(other);
  expect(job.statuses.map(({ status }) => status)).toEqual(['running', 'success']);
  expect(await run.end()).toEqual(cleanEnd);
});

it('reports a job whose process is killed as failed within 2 s (F-77, R-D5)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world);
  await run.available();
  const job = world.offer('stays');
  const pid = await world.started(job);
  await run.hear('job.started');

  process.kill(pid, 'SIGKILL');
  await seen(() => job.endedAt, 2_000);

  expect([job.status, job.error]).toEqual(['failed', expect.stringContaining('SIGKILL')]);
  expect(job.statuses.map(({ status }) => status)).toEqual(['running', 'failed']);
  const next = world.offer();
  await world.ended(next);
  expect(next.status).toBe('success');
  expect(await run.end()).toEqual(cleanEnd);
});

it('reports a job whose entrypoint throws as failed, with its text (F-62, F-95, F-111, D-4)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world);
  await run.available();

  const job = world.offer('throws');
  await world.ended(job);

  expect([job.status, job.error]).toEqual(['failed', 'no such tenant']);
  expect(await run.end()).toEqual(cleanEnd);
});

it('starts processes side by side (F-80, N-13)', async () => {
  setVariable('COMPANY', temporaryFolder());
  const world = await serveWithLedger();
  const run = startRealWorker(world, {
    agent: 'warms-in-company',
    options: { numIdleProcesses: 2, initializeConcurrency: 2 },
  });

  const { pid: first } = await run.hear('process.ready');
  await run.hear('process.ready', ({ pid }) => pid !== first);

  expect(await run.end()).toEqual(cleanEnd);
});

it('starts a process for each job where none is kept warm, and keeps none (F-77, D-8, N-48)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world, { options: { numIdleProcesses: 0 } });
  await run.available();
  expect(run.pids()).toEqual([]);

  const jobs = [world.offer('stays'), world.offer('stays')];
  const pids = await Promise.all(jobs.map(world.started));
  for (const pid of pids) process.kill(pid, 'SIGUSR2');
  await world.ended(...jobs);
  await seen(() => pids.every((pid) => !isRunning(pid)) || undefined);

  expect(new Set(pids).size).toBe(2);
  expect(new Set(run.pids())).toEqual(new Set(pids));
  expect(jobs.map(({ status }) => status)).toEqual(['success', 'success']);
  expect(await run.end()).toEqual(cleanEnd);
});

it('lets the other jobs go on when the process of one is killed (F-77)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world, { options: { numIdleProcesses: 0 } });
  await run.available();
  const jobs = [world.offer('stays'), world.offer('stays'), world.offer('throws')] as const;
  const [victim, other] = await Promise.all(jobs.map(world.started));

  process.kill(victim ?? 0, 'SIGKILL');
  await world.ended(jobs[0], jobs[2]);
  process.kill(other ?? 0, 'SIGUSR2');
  await world.ended(jobs[1]);

  expect(jobs.map(({ status }) => status)).toEqual(['failed', 'success', 'failed']);
  expect(await run.end()).toEqual(cleanEnd);
});

it('starts each job in a process in which nothing ran before (N-48)', async () => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'agent.mjs'),
    `let runs = 0;
    export default {
      [Symbol.for('livekit-actors.AgentDefinition')]: true,
      prewarm: (proc) => { proc.userdata.runs = 0; },
      entrypoint: (ctx) => {
        runs += 1;
        ctx.proc.userdata.runs += 1;
        ctx.log.info({ seen: [runs, ctx.proc.userdata.runs] }, 'ran');
        ctx.shutdown('ran');
      },
    };`,
  );
  const world = await serveWithLedger();
  const run = startRealWorker(world, { agent: pathToFileURL(join(folder, 'agent.mjs')) });
  await run.available();

  for (const room of ['one', 'two', 'three']) {
    const job = world.offer('ends', room);
    await world.ended(job);
  }
  await run.worker.drain();

  const ran = run.logs.filter(({ message }) => message === 'ran');
  expect(ran.map(({ fields }) => fields.seen)).toEqual([
    [1, 1],
    [1, 1],
    [1, 1],
  ]);
  expect(new Set(ran.map(({ pid }) => pid)).size).toBe(3);
});

it.each([
  ['handles that are never closed', 'setInterval(() => {}, 1_000); ctx.shutdown("over");'],
  [
    'a callback that never ends',
    'ctx.addShutdownCallback(() => new Promise(() => {})); ctx.shutdown("over");',
  ],
  ['an entrypoint that never returns', 'ctx.shutdown("over"); await new Promise(() => {});'],
  ['an entrypoint that throws', 'setInterval(() => {}, 1_000); throw new Error("over");'],
])('is rid of a process with %s within the limits of its end (N-7, R-D13)', async (_, does) => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'agent.mjs'),
    `export default {
      [Symbol.for('livekit-actors.AgentDefinition')]: true,
      entrypoint: async (ctx) => { ${does} },
    };`,
  );
  const world = await serveWithLedger();
  const run = startRealWorker(world, {
    agent: pathToFileURL(join(folder, 'agent.mjs')),
    options: { numIdleProcesses: 0, entrypointGraceTimeout: 100, shutdownProcessTimeout: 300 },
  });
  await run.available();

  const job = world.offer();
  await world.ended(job);
  const { pid = 0 } = await run.hear('job.started');

  // After its own limit it has 2 s until SIGKILL.
  await seen(() => !isRunning(pid) || undefined, 3_500);
  await run.worker.drain();
});
