import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { workerOfQuickHearts as machine } from '../support/hurry.js';
import { serveWithLedger } from '../support/ledger-server.js';
import { isRunning } from '../support/processes.js';
import { cleanEnd, startRealWorker } from '../support/real-worker.js';
import { seen } from '../support/seen.js';
import { setVariable, temporaryFolder } from '../support/temporary.js';

it('ends a job that blocks its event loop, and takes the next (R-D10, F-86, F-89, D-6, N-7)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world, { machine });
  await run.available();

  const job = world.offer('blocks');
  const pid = await world.started(job);
  await run.hear('process.slow');
  await world.ended(job);
  await seen(() => !isRunning(pid) || undefined);

  expect([job.status, job.error]).toEqual([
    'failed',
    'The process did not answer for 60 s: its event loop is blocked.',
  ]);
  const next = world.offer();
  await world.ended(next);
  expect(next.status).toBe('success');
  expect(await run.end()).toEqual(cleanEnd);
});

it('writes down where a process hangs before it ends it, and no secret (F-92, E-14, E-15)', async () => {
  setVariable('PROVIDER_KEY', 'sk-very-secret');
  const dumpDir = join(temporaryFolder(), 'reports');
  const world = await serveWithLedger();
  const options = { dumpStackTraces: true, dumpDir };
  const run = startRealWorker(world, { machine, options });
  await run.available();

  const job = world.offer('blocks');
  const pid = await world.started(job);
  await world.ended(job);

  const { fields } = await run.hearLog('wrote a report of a process that is ended');
  expect(readdirSync(dumpDir).map((name) => join(dumpDir, name))).toEqual([fields.file]);
  const text = readFileSync(String(fields.file), 'utf8');
  const { recent, report, stack, ...known } = JSON.parse(text);
  expect(known).toEqual({
    slot: 0,
    pid,
    jobId: job.id,
    state: 'running',
    cause: {
      code: 'ERR_UNRESPONSIVE',
      message: 'The process did not answer for 60 s: its event loop is blocked.',
    },
    timings: expect.any(Object),
  });
  expect(stack[0]).toEqual({
    function: 'blocks',
    url: expect.stringMatching(/obedient\.mjs$/),
    line: expect.any(Number),
    column: expect.any(Number),
  });
  expect(report.javascriptStack.stack.join()).toContain('blocks');
  expect(recent.map(({ said }: { said: string }) => said)).toEqual(
    expect.arrayContaining(['child.spawned', 'child.ready', 'start', 'child.started', 'describe']),
  );
  expect(text).not.toContain('sk-very-secret');
  expect(text).not.toContain(world.server.apiSecret.reveal());
  expect(text).not.toContain('eyJ');
  expect(statSync(String(fields.file)).mode & 0o777).toBe(0o600);
  expect(await run.end()).toEqual(cleanEnd);
});

it('writes what is known of a process that does not even run', async () => {
  const dumpDir = temporaryFolder();
  const world = await serveWithLedger();
  const run = startRealWorker(world, { machine, options: { dumpStackTraces: true, dumpDir } });
  await run.available();

  const job = world.offer('stays');
  process.kill(await world.started(job), 'SIGSTOP');
  await world.ended(job);
  const { fields } = await run.hearLog('wrote a report of a process that is ended');

  const { report, stack, jobId } = JSON.parse(readFileSync(String(fields.file), 'utf8'));
  expect([job.status, jobId, report, stack]).toEqual(['failed', job.id, undefined, undefined]);
  expect(await run.end()).toEqual(cleanEnd);
});

it('says that it could not write a report, and ends the process all the same', async () => {
  const world = await serveWithLedger();
  const options = { dumpStackTraces: true, dumpDir: '/dev/null/reports' };
  const run = startRealWorker(world, { machine, options });
  await run.available();

  const job = world.offer('blocks');
  await world.ended(job);

  const { fields } = await run.hearLog('could not write the report of a process that is ended');
  expect(fields.problem).toMatch(/ENOTDIR|EEXIST/);
  expect(job.status).toBe('failed');
  expect(await run.end()).toEqual(cleanEnd);
});
