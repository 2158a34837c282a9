import { describe, expect, it, onTestFinished } from 'vitest';
import { createTestServer, type TestServer } from '../../src/testing/index.js';
import { agentFile, runProgram } from '../support/worker-program.js';

const agent = agentFile('obeys-in-one-file.mjs');
const room = ['--room', 'lobby'];

async function serve(): Promise<TestServer> {
  const server = await createTestServer();
  onTestFinished(() => server.stop());
  return server;
}

describe('a worker says when it starts, and when it is registered,', () => {
  it.each([
    ['that jobs come by themselves', [], { dispatch: 'automatic', agent_name: '' }],
    ['by which name', ['--agent-name', 'bob'], { dispatch: 'explicit', agent_name: 'bob' }],
  ])('%s (N-34)', async (_, flags, dispatch) => {
    const server = await serve();
    const program = runProgram([agent, 'start', ...flags], { server });

    const common = { ...dispatch, job_type: 'room', url: server.url, level: 'info' };
    expect(await program.hear('worker.starting')).toMatchObject({ ...common, mode: 'start' });
    const registered = await program.hear('worker.registered');
    expect(registered).toMatchObject({ ...common, worker_id: server.workers[0]?.id });
  });
});

describe('a worker of dev without a name', () => {
  const warned = async (...args: readonly string[]) => {
    const env = { LIVEKIT_API_KEY: 'k', LIVEKIT_API_SECRET: 's' };
    const program = runProgram([agent, '--json', ...args], { env });
    // Nobody is there, so that it gives up.
    expect((await program.exited).code).toBe(69);
    return program.lines().filter(({ event }) => event === 'cli.shared_server');
  };

  it('warns that it shares a server that is not of this machine', async () => {
    expect(await warned('dev', '--url', 'ws://livekit.invalid/lk?key=1')).toEqual([
      expect.objectContaining({
        level: 'warn',
        msg: expect.stringMatching(/everybody at livekit\.invalid, real callers too.*--agent-name/),
      }),
    ]);
  });

  it.each([
    ['at localhost', 'dev', '--url', 'ws://127.0.0.1:9'],
    ['with a name', 'dev', '--url', 'ws://livekit.invalid', '--agent-name', 'mine'],
    ['in production', 'start', '--url', 'ws://livekit.invalid'],
  ])('does not %s', async (_, ...args) => {
    expect(await warned(...args)).toEqual([]);
  });
});

describe('a key in a flag', () => {
  it.each([
    ['start', []],
    ['dev', ['--json']],
    ['connect', ['--json', ...room]],
  ])('is warned of by %s, and never shown (F-134)', async (command, flags) => {
    const server = await serve();
    const keys = ['--api-key', 'devkey', '--api-secret=hunter2'];
    const program = runProgram([agent, ...keys, command, ...flags], { server });

    const line = await program.hear('cli.secret_in_arguments', ({ msg }) =>
      `${msg}`.startsWith('--api-secret '),
    );
    await program.exited;

    expect(line).toMatchObject({ level: 'warn' });
    expect(program.stdout() + program.stderr()).not.toContain('hunter2');
  });
});

it('takes flags before its command and behind it, the nearer ones count more (F-134, F-135, F-136)', async () => {
  const server = await serve();
  const flags = ['--log-format', 'json', '--agent-name', 'first', '--max-jobs', '3'];

  const program = runProgram([agent, ...flags, 'dev', '--agent-name', 'second'], { server });

  expect(await program.hear('worker.starting')).toMatchObject({
    mode: 'dev',
    agent_name: 'second',
    max_jobs: '3',
  });
});

it('takes colored for pretty, as the Python SDK calls it (F-136)', async () => {
  const server = await serve();
  const program = runProgram([agent, 'start', '--log-format', 'colored'], { server });
  await server.waitFor(() => server.workers[0]?.status === 'available');

  program.signal('SIGTERM');

  expect((await program.exited).code).toBe(0);
  expect(program.stdout()).toBe('');
  expect(program.stderr()).toMatch(/INFO {2}registered for automatic dispatch/);
});
