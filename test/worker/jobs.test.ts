import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { serveWithLedger } from '../support/ledger-server.js';
import { argumentsOf, environmentOf } from '../support/marked-processes.js';
import { isRunning } from '../support/processes.js';
import { startRealWorker } from '../support/real-worker.js';
import { seen } from '../support/seen.js';
import { serialise } from '../support/serialised.js';
import { agentFile, runProgram } from '../support/worker-program.js';

const key = 'marker-of-the-key';
const secret = 'marker-of-the-secret';

it.each(['waits', 'blocks'])(
  'is rid of a job that %s within 4 s, when each limit is 1 s (N-40, F-89, R-D13)',
  async (room) => {
    const world = await serveWithLedger();
    const run = startRealWorker(world, {
      agent: 'is-stuck',
      options: {
        entrypointGraceTimeout: 1_000,
        shutdownCallbackTimeout: 1_000,
        shutdownProcessTimeout: 1_000,
        terminateTimeout: 1_000,
      },
    });
    await run.available();
    const job = world.offer('stays', room);
    const { pid = 0 } = await run.hear('job.started');
    await run.hearLog('stuck');

    const asked = performance.now();
    const stopped = run.worker.stop();
    await seen(() => !isRunning(pid) || undefined);

    expect(performance.now() - asked).toBeLessThan(4_000);
    await stopped;
    expect(job.endedAt).toBeDefined();
  },
);

it('lets jobs have as much time as they want (R-D13)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world, {
    options: { entrypointGraceTimeout: Number.POSITIVE_INFINITY },
  });
  await run.available();

  const job = world.offer();
  await world.ended(job);

  expect(job.status).toBe('success');
});

it('leaves no directory of a job whose process was killed (F-125)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world, { agent: 'keeps-files' });
  await run.available();
  world.offer();
  const { fields, pid = 0 } = await run.hearLog('kept');
  const directory = String(fields.sessionDirectory);
  expect(existsSync(directory)).toBe(true);

  process.kill(pid, 'SIGKILL');
  await run.hear('job.ended');

  await seen(() => !existsSync(directory) || undefined);
});

it('hands arguments to its jobs, and shows them to no inspector (P-4)', async () => {
  const stream = serialise();
  const world = await serveWithLedger();
  const run = startRealWorker(world, {
    agent: 'tells-its-process',
    options: { userArguments: { tenants: ['marker-of-a-tenant'] } },
    inspect: stream.observe,
  });
  await run.available();
  world.offer();

  const { fields } = await run.hearLog('my process');

  expect(fields.running).toMatchObject({ userArguments: { tenants: ['marker-of-a-tenant'] } });
  expect(stream.find(['marker-of-a-tenant'])).toEqual([]);
});

it('fails a job at a rejection that nobody handles, or logs it, as it is told to (F-94, N-29)', async () => {
  const world = await serveWithLedger();
  const agent = 'rejects-unhandled';
  const failing = startRealWorker(world, { agent });
  await failing.available();
  const failed = world.offer();
  await world.ended(failed);
  await failing.worker.stop();
  const logging = startRealWorker(world, { agent, options: { unhandledRejection: 'log' } });
  await logging.available();
  const logged = world.offer();

  const line = await logging.hearLog('unhandled rejection');
  await logging.worker.stop();

  expect(line).toMatchObject({ level: 'error', fields: { job_id: logged.id } });
  expect([failed.status, failed.error]).toEqual(['failed', 'nobody listened']);
  expect([logged.status, logged.error]).toEqual(['success', '']);
});

it('fails a job with the text of an exception that nobody caught, and goes on (F-95, D-4)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world, { agent: 'throws-uncaught' });
  await run.available();
  const job = world.offer();
  await world.ended(job);
  const next = world.offer();
  await world.ended(next);

  expect([job.status, job.error]).toEqual(['failed', 'nobody caught']);
  expect([next.status, next.error]).toEqual(['failed', 'nobody caught']);
});

it('fails a job whose process exits with 0 and says nothing (R-D14)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world, { agent: 'exits-in-silence' });
  await run.available();

  const job = world.offer();
  await world.ended(job);

  expect([job.status, job.error]).toEqual([
    'failed',
    'The process exited with code 0 without reporting an outcome.',
  ]);
});

it('keeps the key pair from its jobs, and says how to change that (F-118)', async () => {
  const world = await serveWithLedger({ keys: { [key]: secret } });
  const run = startRealWorker(world, { agent: 'uses-the-api' });
  await run.available();

  const job = world.offer();
  await world.ended(job);

  expect([job.status, job.error]).toEqual([
    'failed',
    'Jobs get no key pair: set the option exposeCredentials to true, and use ctx.api.',
  ]);
});

it.runIf(process.platform === 'linux')(
  'gives its jobs clients of the server where it exposes the key pair, and shows that to nobody (F-118, C-16)',
  async () => {
    const stream = serialise();
    const world = await serveWithLedger({ keys: { [key]: secret } });
    const run = startRealWorker(world, {
      agent: 'uses-the-api',
      options: { exposeCredentials: true, logLevel: 'trace' },
      inspect: stream.observe,
    });
    await run.available();
    const [warm = 0] = run.pids();
    const shown = [environmentOf(warm), argumentsOf(warm)];

    const job = world.offer('ends', 'lobby');
    await world.ended(job);
    const { fields } = await run.hearLog('asked');
    stream.note(run.worker.actor.getSnapshot());

    expect(fields).toMatchObject({ rooms: ['lobby'], variables: [null, null] });
    expect([job.status, job.error]).toEqual(['success', '']);
    expect(shown.map((text) => text.length > 0)).toEqual([true, true]);
    expect(shown.join('\n')).not.toMatch(/marker-of/);
    expect(stream.find([key, secret])).toEqual([]);
    expect(JSON.stringify([run.events, run.logs])).not.toMatch(/marker-of/);
  },
);

it.runIf(process.platform === 'linux').each([
  ['dev', ['LIVEKIT_DEV_MODE=1']],
  ['start', []],
])('tells the jobs of %s whether they are under development (E-10)', async (mode, expected) => {
  const world = await serveWithLedger();
  const args = [agentFile('obeys-in-one-file.mjs'), mode, '--log-format', 'json'];
  const program = runProgram([...args, '--idle-processes', '1'], world);

  const environment = environmentOf(await program.warm());

  expect(environment.match(/LIVEKIT_DEV_MODE=[^\0]*/g) ?? []).toEqual(expected);
  program.signal('SIGTERM');
  await program.exited;
});
