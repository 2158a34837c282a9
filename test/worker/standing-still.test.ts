import { expect, it } from 'vitest';
import { jobThatRuns, startOwnWorker } from '../support/own-worker.js';
import { isRunning } from '../support/processes.js';
import { seen } from '../support/seen.js';
import type { WorkerProgram } from '../support/worker-program.js';

/** What it said of standing still. */
const stalls = (program: WorkerProgram) =>
  program.lines().flatMap(({ error_code, msg }) => (error_code === 'ERR_STALLED' ? [msg] : []));

it('kills nobody and keeps its connection when its own code blocks it longer than anybody may be silent (R-F9, N-9)', async () => {
  const world = await startOwnWorker({ act: 'blocks' });
  const { program, server } = world;
  const { job, pid } = await jobThatRuns(world);
  const before = program.left();

  program.signal('SIGUSR2');
  await seen(() => stalls(program).length > 0 || undefined, 20_000);
  process.kill(pid, 'SIGUSR2');
  await world.ended(job);

  expect(job.status).toBe('success');
  expect(before.filter((one) => one !== pid && !isRunning(one))).toEqual([]);
  const troubles = ['process.slow', 'process.died', 'process.failed', 'worker.disconnected'];
  expect(program.lines().filter(({ event }) => troubles.includes(event))).toEqual([]);
  expect(server.workers).toHaveLength(1);
  expect(stalls(program)).toEqual([expect.stringMatching(/^This process stood still for 1[12]\./)]);
}, 60_000);

it.each([
  ['requestFnc', 'ponders'],
  ['loadFnc', 'measures'],
] as const)(
  'warns once when %s blocks it for more than a second, again and again (R-F9)',
  async (_, act) => {
    const world = await startOwnWorker({ act });
    const { program } = world;
    const blocked = () => program.stderr().split('blocked').length - 1;

    for (let count = 0; count < 3; count += 1) {
      const job = world.offer();
      await world.ended(job);
      expect(job.status).toBe('success');
    }
    await seen(() => blocked() >= 3 || undefined);
    program.signal('SIGTERM');

    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(stalls(program)).toEqual([
      expect.stringMatching(/^This process stood still for [123]\.\d s/),
    ]);
  },
  30_000,
);

it('kills nobody when it is frozen with all its processes (N-9)', async () => {
  const world = await startOwnWorker();
  const { program } = world;
  const { job, pid } = await jobThatRuns(world);
  const all = program.left();
  const signalAll = (signal: NodeJS.Signals) => {
    for (const one of all) process.kill(one, signal);
  };

  signalAll('SIGSTOP');
  // Longer than an idle process may be silent.
  await new Promise((resolve) => setTimeout(resolve, 11_000));
  signalAll('SIGCONT');
  await world.server.waitFor(() =>
    world.server.workers.some(({ status }) => status === 'available'),
  );
  process.kill(pid, 'SIGUSR2');
  await world.ended(job);

  expect(job.status).toBe('success');
  expect(all.filter((one) => one !== pid && !isRunning(one))).toEqual([]);
  expect(program.lines().filter(({ event }) => event === 'process.died')).toEqual([]);
}, 60_000);
