import { AvailabilityRequest, Job, JobAssignment, JobType } from '@livekit/protocol';
import { expect, it } from 'vitest';
import { serveWithLedger } from '../support/ledger-server.js';
import { argumentsOf, environmentOf } from '../support/marked-processes.js';
import { cleanEnd, startRealWorker } from '../support/real-worker.js';
import { serialise } from '../support/serialised.js';
import { agentFile, runProgram } from '../support/worker-program.js';

const key = 'marker-of-the-key';
const secret = 'marker-of-the-secret';
const token = 'marker-of-the-token';
const turn = 'marker-of-the-turn-password';

it('shows an inspector of everything no key pair, no token and no job record (F-24, R-S5, R-S7)', async () => {
  const stream = serialise();
  const world = await serveWithLedger({ keys: { [key]: secret } });
  const { server } = world;
  const run = startRealWorker(world, { inspect: stream.observe });
  await run.available();
  const jobs = [world.offer('ends'), world.offer('throws'), world.offer('stays')];
  const pid = await world.started(jobs[2] ?? world.offer());
  stream.note(run.worker.actor.system.getSnapshot());
  stream.note(run.worker.actor.getSnapshot());
  stream.note(run.worker);
  process.kill(pid, 'SIGUSR2');
  await world.ended(...jobs);
  const tokens = jobs.map((job) => job.token?.reveal() ?? '');
  expect(await run.end()).toEqual(cleanEnd);

  expect(stream.find([jobs[0]?.id ?? ''])).toEqual([jobs[0]?.id]);
  expect(stream.find([key, secret, ...tokens])).toEqual([]);
  expect(JSON.stringify([run.events, run.logs, server.frames])).not.toMatch(/marker-of|eyJ/);
});

it('shows neither the token nor the TURN password of an assignment (F-24, R-S3, R-S5, R-S7)', async () => {
  const stream = serialise();
  const world = await serveWithLedger();
  const { server } = world;
  const run = startRealWorker(world, { inspect: stream.observe });
  await run.available();
  const { room } = world.offer();
  const metadata = server.rooms.find(({ name }) => name === room)?.metadata ?? '';
  const job = new Job({
    id: 'AJ_by_hand',
    type: JobType.JT_ROOM,
    room: { name: 'lobby', sid: 'RM_1', metadata, turnPassword: turn },
  });
  const worker = server.workers[0]?.id ?? '';

  server.send(worker, { case: 'availability', value: new AvailabilityRequest({ job }) });
  await run.hear('job.accepted', ({ jobId }) => jobId === job.id);
  const value = new JobAssignment({ job, token, url: 'simulated://room' });
  server.send(worker, { case: 'assignment', value });
  const { outcome } = await run.hear('job.ended', ({ jobId }) => jobId === job.id);
  stream.note(run.worker.actor.getSnapshot());
  await run.worker.drain();

  expect(outcome).toBe('success');
  expect(stream.find(['AJ_by_hand'])).toEqual(['AJ_by_hand']);
  expect(stream.find([token, turn])).toEqual([]);
  expect(JSON.stringify([run.events, run.logs])).not.toMatch(/marker-of/);
});

it.each([
  ['start', 'json'],
  ['dev', 'pretty'],
])(
  'writes no query of the address of its server into the log of %s (F-24)',
  async (mode, format) => {
    const { server } = await serveWithLedger();
    const file = agentFile('obeys-in-one-file.mjs');
    const program = runProgram([file, mode, '--log-format', format], {
      server,
      env: { LIVEKIT_URL: `${server.url}?apikey=marker-of-the-query` },
    });
    await server.waitFor(() => server.workers.some(({ status }) => status === 'available'));
    program.signal('SIGTERM');
    await program.exited;

    const log = `${program.stdout()}${program.stderr()}`;
    expect(log).toContain(server.url);
    expect(log).not.toContain('marker-of');
  },
);

it.runIf(process.platform === 'linux')(
  'writes no secret into a log, an argument or the environment of a child (F-24, O-13, N-37, R-S2, R-S5)',
  async () => {
    const world = await serveWithLedger({ keys: { [key]: secret } });
    const program = runProgram([agentFile('obeys-in-one-file.mjs'), 'start'], {
      server: world.server,
      env: { LIVEKIT_LOG_LEVEL: 'trace' },
    });
    const warm = await program.warm();
    const job = world.offer('stays');
    const pid = await world.started(job);
    const other = await program.hear('process.ready', (line) => line.pid !== warm);

    const children = [warm, Number(other.pid)];
    const shown = children.flatMap((child) => [environmentOf(child), argumentsOf(child)]);
    shown.push(argumentsOf(program.pid));
    process.kill(pid, 'SIGUSR2');
    await world.ended(job);
    program.signal('SIGTERM');
    await program.exited;

    expect(shown.map((text) => text.length > 0)).toEqual([true, true, true, true, true]);
    expect(shown.join('\n')).not.toMatch(/marker-of|LIVEKIT_API/);
    const log = `${program.stdout()}${program.stderr()}`;
    expect(log).not.toMatch(/marker-of|eyJ/);
    expect(log).not.toContain(job.token?.reveal());
    await program.gone();
  },
);

it('writes no metadata of a room or a job into the log (N-38, R-S5)', async () => {
  const world = await serveWithLedger();
  const { server } = world;
  const program = runProgram([agentFile('obeys-in-one-file.mjs'), 'start', '--max-jobs', '2'], {
    server,
    env: { LIVEKIT_LOG_LEVEL: 'debug' },
  });
  await program.warm();
  await world.ended(world.offer('ends'));
  const known = server.rooms[0]?.metadata ?? '';
  for (const act of ['ends', 'throws', 'ends', 'ends']) {
    const metadata = JSON.stringify({ ...JSON.parse(known), act, note: 'marker-of-the-room' });
    const agents = [{ agentName: '', metadata: 'marker-of-the-job' }];
    server.createRoom({ name: `room ${server.jobs.length}`, metadata, agents });
  }
  await server.waitFor(() => server.jobs.every(({ dispatch }) => dispatch !== 'offering'));
  const taken = server.jobs.filter(({ dispatch }) => dispatch === 'assigned');
  await world.ended(...taken);
  program.signal('SIGTERM');
  await program.exited;

  const log = `${program.stdout()}${program.stderr()}`;
  expect(log).toContain('job.rejected');
  expect(log).toContain('job.ended');
  expect(log).not.toContain('marker-of');
});
