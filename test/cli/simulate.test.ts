import { expect, it } from 'vitest';
import { seen } from '../support/seen.js';
import { agentFile, runProgram } from '../support/worker-program.js';

const agent = agentFile('tells-its-job-in-one-file.mjs');
const json = ['--json', '--log-level', 'debug'];
const simulate = (...args: readonly string[]) => runProgram([agent, 'simulate', ...json, ...args]);

it('runs one job in a process of its own, without server and credentials, and exits 0 (F-68, F-152, F-140)', async () => {
  const program = simulate();

  expect(await program.exited).toEqual({ code: 0, signal: null });
  const { pid, ...job } = await program.hear('job.log', ({ msg }) => msg === 'my job');
  expect(job).toMatchObject({
    type: 0,
    room: 'simulated-room',
    metadata: '',
    others: [],
    simulated: true,
  });
  expect(pid).not.toBe(program.pid);
  expect(await program.hear('job.ended')).toMatchObject({ outcome: 'success' });
  expect(program.stderr()).toBe('');
  await seen(() => program.left().length === 0 || undefined);
});

it('says what the job is about (F-68)', async () => {
  const program = simulate(
    ...['--room', 'lobby', '--metadata', '{"tenant":7}', '--participant', 'ann'],
    ...['--agent-identity', 'bot', '--agent-name', 'concierge'],
  );

  expect(await program.hear('job.log', ({ msg }) => msg === 'my job')).toMatchObject({
    type: 0,
    room: 'lobby',
    metadata: '{"tenant":7}',
    agentName: 'concierge',
    me: 'bot',
    others: ['ann'],
  });
  expect((await program.exited).code).toBe(0);
});

it.each([
  ['publisher', 1],
  ['participant', 2],
])('runs a %s job about somebody who is there (F-68)', async (type, number) => {
  const program = simulate('--job-type', type);

  expect(await program.hear('job.log', ({ msg }) => msg === 'my job')).toMatchObject({
    type: number,
    about: 'user',
    others: ['user'],
  });
  expect((await program.exited).code).toBe(0);
});

it.each([
  ['throw', 'job.ended', { outcome: 'failed', error: 'no such tenant' }],
  ['exit', 'job.ended', { outcome: 'failed', error_code: 'ERR_PROCESS_EXITED' }],
  ['refuse', 'job.rejected', {}],
  ['forbid', 'job.rejected', {}],
])('exits 70 when the agent is to %s (F-140)', async (act, event, line) => {
  const program = simulate('--metadata', act);

  expect(await program.exited).toEqual({ code: 70, signal: null });
  expect(await program.hear(event)).toMatchObject(line);
  await seen(() => program.left().length === 0 || undefined);
});

it('ends the job through its callbacks at Ctrl-C, and exits by its outcome (F-68)', async () => {
  const program = simulate('--metadata', 'stay');
  await program.hear('job.log', ({ msg }) => msg === 'my job');

  program.signalGroup('SIGINT');

  expect(await program.exited).toEqual({ code: 0, signal: null });
  expect(await program.hear('job.log', ({ msg }) => msg === 'callback')).toMatchObject({
    reason: 'the worker is stopping',
  });
  await seen(() => program.left().length === 0 || undefined);
});

it('opens no port and asks no server, whatever the variables say (F-68, F-153)', async () => {
  const env = { LIVEKIT_URL: 'ws://127.0.0.1:1', LIVEKIT_API_KEY: 'k', LIVEKIT_API_SECRET: 's' };
  const program = runProgram([agent, ...json, 'simulate'], { env });

  expect(await program.exited).toEqual({ code: 0, signal: null });
  expect(program.lines().map(({ event }) => event)).not.toContain('http.listening');
});
