import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { serveWithLedger } from '../support/ledger-server.js';
import { markedProcesses } from '../support/marked-processes.js';
import { elapsed, jobThatRuns, startOwnWorker } from '../support/own-worker.js';
import { isRunning } from '../support/processes.js';
import { seen } from '../support/seen.js';
import { agentFile, runProgram, type WorkerProgram } from '../support/worker-program.js';

const isGone = (program: WorkerProgram) => () => program.left().length === 0 || undefined;

it('leaves within 2 s when it has nothing to do (R-F1, F-138, F-140)', async () => {
  const { program } = await startOwnWorker();
  const since = elapsed();

  program.signal('SIGTERM');

  expect(await program.exited).toEqual({ code: 0, signal: null });
  expect(since()).toBeLessThan(2_000);
  await program.gone();
});

it('is full at once when it drains, closes what is warm, and leaves with its last job (R-F2, N-3)', async () => {
  const world = await startOwnWorker({
    options: { numIdleProcesses: 2, initializeConcurrency: 2 },
  });
  const { program, server } = world;
  const jobs = [await jobThatRuns(world), await jobThatRuns(world), await jobThatRuns(world)];
  const pids = jobs.map(({ pid }) => pid);
  const working = new Set([program.pid, ...pids]);
  // Two warm processes stand beside the jobs again.
  await seen(
    () => program.lines().filter(({ event }) => event === 'process.ready').length >= 5 || undefined,
  );

  const since = elapsed();
  program.signal('SIGTERM');
  await server.waitFor(() => server.workers[0]?.status === 'full');
  expect(since()).toBeLessThan(500);
  const refused = world.offer();
  await seen(() => program.left().filter((pid) => !working.has(pid)).length <= 1 || undefined);
  expect(pids.every(isRunning)).toBe(true);
  for (const pid of pids) process.kill(pid, 'SIGUSR2');

  expect(await program.exited).toEqual({ code: 0, signal: null });
  expect(jobs.map(({ job }) => job.status)).toEqual(['success', 'success', 'success']);
  expect(refused.dispatch).toBe('unserved');
  const reasons = program.lines().filter(({ msg }) => msg === 'callback');
  expect(reasons.map(({ reason }) => reason)).toEqual(['hung up', 'hung up', 'hung up']);
});

it('kills what neither ends by itself nor when it is asked to, and leaves (R-F3, N-7, F-88)', async () => {
  const world = await startOwnWorker({
    args: ['--drain-timeout', '200ms'],
    options: { shutdownProcessTimeout: 500 },
  });
  const { program } = world;
  const job = world.offer('blocks');
  const pid = await world.started(job);
  await program.hear('job.log', ({ msg }) => msg === 'blocking');
  const since = elapsed();

  program.signal('SIGTERM');

  expect(await program.exited).toEqual({ code: 75, signal: null });
  // Its limit, that of the job, 2 s of SIGTERM, and the word to the server.
  expect(since()).toBeLessThan(200 + 500 + 2_000 + 3_000);
  expect([isRunning(pid), job.status]).toEqual([false, 'failed']);
  await seen(isGone(program));
});

it('starts and drains a job that it had accepted when it was told to leave (R-F5, F-139)', async () => {
  const world = await startOwnWorker();
  const { program, server } = world;
  server.script({ direction: 'out', message: 'assignment', fault: { delay: 500 } });

  const job = world.offer('stays');
  await program.hear('job.accepted');
  program.signal('SIGTERM');
  await program.hear('worker.draining');
  const pid = await world.started(job);
  await program.hear('job.log', ({ msg }) => msg === 'joined');
  process.kill(pid, 'SIGUSR2');

  expect(await program.exited).toEqual({ code: 0, signal: null });
  expect(job.statuses.map(({ status }) => status)).toEqual(['running', 'success']);
});

describe('an exception that nobody caught in the worker', () => {
  it('is told once, lets the jobs end through their callbacks, and makes it exit with 1 (R-F8, N-29)', async () => {
    const world = await startOwnWorker({ act: 'throws' });
    const { program } = world;
    const { job } = await jobThatRuns(world);
    const since = elapsed();

    program.signal('SIGUSR2');

    expect(await program.exited).toEqual({ code: 1, signal: null });
    expect(since()).toBeLessThan(5_000);
    expect(program.left()).toEqual([]);
    expect(job.statuses.map(({ status }) => status)).toEqual(['running', 'success']);
    const told = program.lines();
    expect(told.filter(({ level }) => level === 'fatal')).toEqual([
      {
        level: 'fatal',
        time: expect.any(String),
        event: 'worker.exception',
        error: 'Error: a bug of the worker',
        at: expect.stringMatching(/obeys-its-worker\.mjs:\d+:\d+/),
        msg: 'an exception that nobody caught ends the worker',
      },
    ]);
    expect(told.find(({ msg }) => msg === 'callback')).toMatchObject({
      reason: 'the worker is stopping',
    });
    expect(program.stderr()).toBe('');
  });

  it('kills jobs that do not end within 3.5 s, and reports them (R-F8)', async () => {
    const world = await startOwnWorker({ act: 'throws' });
    const { program } = world;
    const job = world.offer('blocks');
    await world.started(job);
    await program.hear('job.log', ({ msg }) => msg === 'blocking');
    const since = elapsed();

    program.signal('SIGUSR2');

    expect(await program.exited).toEqual({ code: 1, signal: null });
    expect(since()).toBeLessThan(5_000 + 500);
    expect(job.statuses.map(({ status }) => status)).toEqual(['running', 'failed']);
    await seen(isGone(program));
  });

  it('ends it at once when it is the second one (R-F8)', async () => {
    const world = await startOwnWorker({ act: 'throws' });
    const { program } = world;
    const job = world.offer('blocks');
    await world.started(job);
    await program.hear('job.log', ({ msg }) => msg === 'blocking');

    program.signal('SIGUSR2');
    await program.hear('worker.exception');
    const since = elapsed();
    program.signal('SIGUSR2');

    expect(await program.exited).toEqual({ code: 1, signal: null });
    expect(since()).toBeLessThan(2_500);
    expect(program.lines().flatMap(({ event, level }) => (level === 'fatal' ? event : []))).toEqual(
      ['worker.exception', 'worker.exception', 'worker.lost'],
    );
    await seen(isGone(program));
  });

  it('is told on the standard error as well where the log goes elsewhere (R-F8)', async () => {
    const { server } = await serveWithLedger();
    const program = runProgram([agentFile('logs-nowhere.mjs'), 'start'], { server });
    await server.waitFor(() => server.workers.some(({ status }) => status === 'available'));

    program.signal('SIGUSR2');

    expect(await program.exited).toEqual({ code: 1, signal: null });
    expect(program.stdout()).toBe('');
    expect(program.stderr()).toMatch(
      /^[^\n]*an exception that nobody caught ends the worker[^\n]*a bug of the worker[^\n]*\n$/,
    );
  });
});

it('goes on with its jobs when a promise of requestFnc is rejected and nobody handles it (N-29, R-F8)', async () => {
  const world = await startOwnWorker({ act: 'forgets', options: { numIdleProcesses: 2 } });
  const { program } = world;
  const { job, pid } = await jobThatRuns(world);

  const second = world.offer();
  await world.ended(second);
  process.kill(pid, 'SIGUSR2');
  await world.ended(job);
  program.signal('SIGTERM');

  expect(await program.exited).toEqual({ code: 0, signal: null });
  expect([job.status, second.status]).toEqual(['success', 'success']);
  const told = program.lines().filter(({ event }) => event === 'worker.rejection');
  expect(told.map(({ level, error }) => [level, error])).toEqual([
    ['error', 'Error: a promise of nobody'],
    ['error', 'Error: a promise of nobody'],
  ]);
});

it('runs where it may write nothing, without a home and a folder for temporary files (R-F11, R-S19)', async () => {
  const permissions = ['--experimental-permission', '--allow-fs-read=*', '--allow-child-process'];
  const world = await startOwnWorker({
    flags: [...permissions, '--allow-worker', '--allow-addons'],
    env: { HOME: '', TMPDIR: '/nowhere' },
  });
  const { program } = world;

  const job = world.offer();
  await world.ended(job);
  program.signal('SIGTERM');

  expect(await program.exited).toEqual({ code: 0, signal: null });
  expect(job.status).toBe('success');
  expect(`${program.stdout()}${program.stderr()}`).not.toContain('ERR_ACCESS_DENIED');
});

const namespace = ['unshare', '--pid', '--fork', '--mount-proc'] as const;
const [unshare, ...flags] = namespace;
const { status, stderr, error } = spawnSync(unshare, [...flags, 'true'], { encoding: 'utf8' });
if (status !== 0)
  process.stderr.write(`No worker runs as PID 1 here: ${error?.message ?? stderr.trim()}\n`);

it.skipIf(status !== 0 && !process.env.CI)(
  'works as PID 1 of a namespace (R-F1, R-F3)',
  async () => {
    const { program, ...world } = await startOwnWorker({ through: namespace });
    const job = world.offer('helps');
    await world.started(job);
    await program.hear('job.log', ({ msg }) => msg === 'helping');
    const [first] = markedProcesses('WORKER_OPTIONS=').filter(
      (pid) => parentOf(pid) === program.pid,
    );

    process.kill(first ?? 0, 'SIGTERM');
    await program.hear('worker.draining');
    world.server.terminate(job.id);

    expect(await program.exited).toEqual({ code: 0, signal: null });
    await program.gone();
  },
);

const parentOf = (pid: number): number =>
  Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
