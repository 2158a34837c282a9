import { expect, it } from 'vitest';
import { type Act, serveWithLedger } from '../support/ledger-server.js';
import { argumentsOf } from '../support/marked-processes.js';
import { isRunning } from '../support/processes.js';
import { seen } from '../support/seen.js';
import { agentFile, runProgram, type WorkerProgram } from '../support/worker-program.js';

/** A worker of its own process with a warm process and a job that runs. */
async function busyWorker(args: readonly string[] = ['start'], act: Act = 'stays') {
  const world = await serveWithLedger();
  const program = runProgram([agentFile('obeys-in-one-file.mjs'), ...args], world);
  const first = await program.warm();
  const job = world.offer(act);
  const pid = await world.started(job);
  await program.hear('process.ready', (line) => line.pid !== first);
  const last: Partial<Record<Act, string>> = { helps: 'helping', blocks: 'blocking' };
  await program.hear('job.log', ({ msg }) => msg === (last[act] ?? 'joined'));
  return { ...world, program, job, pid };
}

/** Writes down how it ended and checks everything. */
async function violationsOf(
  { ledger, program }: Pick<Awaited<ReturnType<typeof busyWorker>>, 'ledger' | 'program'>,
  code: number,
) {
  const exit = await program.exited;
  // It was killed in the moment in which its worker left, and needs another to be gone.
  await seen(() => guardsOf(program).length === 0 || undefined);
  ledger.record({
    type: 'worker.exited',
    worker: 'devkey',
    code: exit.code,
    expectedCodes: [code],
    survivors: program.left(),
  });
  return ledger.check();
}

const guardsOf = (program: WorkerProgram): number[] =>
  program.left().filter((pid) => argumentsOf(pid).includes('guard'));

const isGone = (program: WorkerProgram) => () => program.left().length === 0 || undefined;

it('leaves no process after kill -9, neither warm ones nor a job with its helpers (F-90, R-D17, R-F6)', async () => {
  const { program } = await busyWorker(['start'], 'helps');
  // Its guard is the fifth.
  await seen(() => program.left().length === 5 || undefined);

  program.signal('SIGKILL');
  await program.exited;

  await seen(isGone(program), 1_500);
});

it('leaves no process after kill -9, not even a job that blocks its event loop (R-F7)', async () => {
  const { program, pid } = await busyWorker(['start'], 'blocks');

  expect(isRunning(pid)).toBe(true);
  program.signal('SIGKILL');

  // It takes 1.3 s on a machine that has nothing else to do.
  await seen(isGone(program));
});

it('leaves no process after kill -9 while one blocks its event loop to prewarm (R-F6, R-F7)', async () => {
  const world = await serveWithLedger();
  const program = runProgram([agentFile('blocks-in-prewarm.mjs'), 'start'], world);
  await program.hear('job.log', ({ msg }) => msg === 'blocking');
  await seen(() => guardsOf(program)[0]);

  program.signal('SIGKILL');
  await program.exited;

  await seen(isGone(program));
});

it('drains at SIGTERM: takes nothing new, lets the job end by itself, exits 0 (F-138, F-140, N-3, R-F2)', async () => {
  const run = await busyWorker();
  const { program, server, job, pid } = run;

  program.signal('SIGTERM');
  await program.hear('worker.draining');
  await server.waitFor(() => server.workers[0]?.status === 'full');
  const late = run.offer();
  process.kill(pid, 'SIGUSR2');

  expect(await violationsOf(run, 0)).toEqual([]);
  expect([job.status, late.dispatch]).toEqual(['success', 'unserved']);
});

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  'ends at once at the second %s, with code %i and without a process (F-138, F-140, R-F4)',
  async (signal, code) => {
    const run = await busyWorker(['start'], 'helps');

    run.program.signal(signal);
    await run.program.hear('worker.draining');
    // The first ones may still pass for an echo.
    await seen(() => {
      run.program.signal(signal);
      return run.program.lines().find(({ msg }) => `${msg}`.includes('ending everything'));
    });

    expect(await violationsOf(run, code)).toEqual([]);
    expect([run.job.status, run.job.error]).toEqual(['failed', expect.any(String)]);
  },
);

it('cuts the jobs that outlast the drain limit, through their callbacks, and exits 75 (F-135, F-140, O-22, R-F3)', async () => {
  const run = await busyWorker(['start', '--drain-timeout', '100ms']);

  run.program.signal('SIGTERM');

  expect(await violationsOf(run, 75)).toEqual([]);
  expect(await run.program.hear('job.log', ({ msg }) => msg === 'callback')).toMatchObject({
    reason: 'the worker is stopping',
  });
  expect(run.job.status).toBe('success');
});

it('ends the jobs of dev through their callbacks at the first SIGINT and exits 0 (F-140)', async () => {
  const world = await serveWithLedger();
  const args = [agentFile('obeys-in-one-file.mjs'), 'dev', '--log-format', 'json'];
  const program = runProgram(args, world);
  await program.warm();
  const job = world.offer('stays');
  await world.started(job);
  await program.hear('job.log', ({ msg }) => msg === 'joined');

  program.signalGroup('SIGINT');

  expect(await violationsOf({ ...world, program }, 0)).toEqual([]);
  expect(await program.hear('job.log', ({ msg }) => msg === 'callback')).toMatchObject({
    reason: 'the worker is stopping',
  });
  expect(job.status).toBe('success');
});

it('keeps Ctrl-C and the signals of a service manager from the processes of jobs (F-91, N-3)', async () => {
  const run = await busyWorker();
  const { program, job, pid } = run;

  program.signalGroup('SIGINT');
  process.kill(pid, 'SIGINT');
  process.kill(pid, 'SIGTERM');
  await program.hear('worker.draining');
  process.kill(pid, 'SIGUSR2');

  expect(await violationsOf(run, 0)).toEqual([]);
  expect(job.status).toBe('success');
  expect(await program.hear('job.log', ({ msg }) => msg === 'callback')).toMatchObject({
    reason: 'hung up',
  });
});
