import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import {
  agentFixture,
  forkRunner,
  hearLog,
  initializeOrder,
  runningJob,
  startOrder,
  warmRunner,
} from '../support/forked-runner.js';

const marked = (members: string) =>
  `export default { [Symbol.for('livekit-actors.AgentDefinition')]: true, ${members} };`;

/** Writes a module into a folder of its own, or beside another one. */
function written(name: string, code: string, beside?: URL): URL {
  const folder = beside ? new URL('.', beside) : temporaryFolder();
  const url = new URL(encodeURIComponent(name).replaceAll('%2F', '/'), folder);
  mkdirSync(new URL('.', url), { recursive: true });
  writeFileSync(url, code);
  return url;
}

function temporaryFolder(): URL {
  const folder = mkdtempSync(join(tmpdir(), 'livekit-actors-agent-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return pathToFileURL(`${folder}/`);
}

const inline = (code: string) => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

it('is online, then ready with the time of each stage', async () => {
  const { said } = await warmRunner('ordinary', { initialize: { logLevel: 'info' } });

  expect(said.map(({ type }) => type)).toEqual(['online', 'ready']);
  const timings = said.flatMap((message) => (message.type === 'ready' ? [message.timings] : []))[0];
  expect(Object.keys(timings ?? {})).toEqual(['online', 'imported', 'rtc', 'prewarmed']);
  const times = Object.values(timings ?? {});
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

it('prewarms in the very process that runs the job (F-79, C-1, P-1, P-2)', async () => {
  const runner = await runningJob('ordinary');

  const { fields } = await hearLog(runner, 'joined');
  expect(fields).toEqual({
    job_id: 'job-1',
    pid: runner.child.pid,
    prewarmedIn: runner.child.pid,
    room: 'lobby',
    identity: 'agent-job-1',
  });
});

it('takes the functions that a file hands over', async () => {
  const runner = await runningJob('one-file', { initialize: { form: 'file' } });

  await hearLog(runner, 'one file runs');
});

it.each([
  [
    'of LiveKit’s own package',
    `export default { [Symbol.for('livekit.agents.AgentDefinition')]: true, entry: (ctx) => ctx.log.info('runs') }`,
  ],
  [
    'nested by a compiler',
    `export default { default: { [Symbol.for('livekit-actors.AgentDefinition')]: true, entrypoint: (ctx) => ctx.log.info('runs') } }`,
  ],
  [
    'in worker options',
    `export default new class { get definition() { return { entrypoint: (ctx) => ctx.log.info('runs') } } }`,
  ],
])('finds a definition %s (O-1)', async (_, code) => {
  const runner = await runningJob(inline(code));

  await hearLog(runner, 'runs');
});

it('loads an agent from a path with spaces and a percent sign (N-43, R-S20)', async () => {
  const url = written('100% my agents/an agent.mjs', marked('entrypoint: () => {}'));

  const runner = await warmRunner(url);

  expect(runner.said.at(-1)?.type).toEqual('ready');
});

it('says its last word before it exits, every time (R-D15)', async () => {
  const missing = new URL('file:///nowhere/agent.mjs');
  const heard: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    const runners = Array.from({ length: 4 }, () => forkRunner());
    for (const runner of runners) runner.tell(initializeOrder(missing));
    const words = await Promise.all(runners.map((runner) => runner.hear('failed')));
    heard.push(...words.map(({ error }) => error.code));
  }

  expect(heard).toEqual(Array(20).fill('ERR_AGENT_MODULE'));
});

it('says in which line a module throws (O-1)', async () => {
  const runner = forkRunner();
  runner.tell(initializeOrder('throws-at-import'));

  const path = fileURLToPath(agentFixture('throws-at-import'));
  expect(await runner.hear('failed')).toEqual({
    type: 'failed',
    error: {
      code: 'ERR_AGENT_MODULE',
      message: `Cannot load ${path}: TypeError: no such voice (at ${path}:2:9)`,
    },
  });
  expect(await runner.ended).toEqual({ code: 1, signal: null });
});

it('says in which line of which file a module does not parse', async () => {
  const url = written('agent.mjs', "import './an import.mjs';\n");
  const broken = written('an import.mjs', 'const a = 1;\nexport default = a;\n', url);
  const runner = forkRunner();
  runner.tell(initializeOrder(url));

  const text = "SyntaxError: Unexpected token '='";
  expect((await runner.hear('failed')).error.message).toEqual(
    `Cannot load ${fileURLToPath(url)}: ${text} (at ${fileURLToPath(broken)}:2)`,
  );
});

it('says which file misses a package', async () => {
  const url = written('agent.mjs', "import 'no-such-package';\n");
  const runner = forkRunner();
  runner.tell(initializeOrder(url));

  const path = fileURLToPath(url);
  expect((await runner.hear('failed')).error.message).toEqual(
    `Cannot load ${path}: Error: Cannot find package 'no-such-package' imported from ${path}`,
  );
});

it.each([
  ['module', 'exports no agent. Write "export default defineAgent('],
  ['file', 'does not call cli.runApp('],
] as const)('says what a module without an agent lacks, in the %s form', async (form, remedy) => {
  const runner = forkRunner();
  runner.tell(initializeOrder('exports-no-agent', { form }));

  const { error } = await runner.hear('failed');
  expect(error.code).toEqual('ERR_AGENT_MODULE');
  expect(error.message).toContain(`${agentFixture('exports-no-agent').pathname} ${remedy}`);
  expect(await runner.ended).toEqual({ code: 1, signal: null });
});

it('fails the start when the prewarm function throws (F-4, O-3)', async () => {
  const runner = forkRunner();
  runner.tell(initializeOrder('throws-in-prewarm'));
  const path = fileURLToPath(agentFixture('throws-in-prewarm'));

  expect(await runner.hear('failed')).toEqual({
    type: 'failed',
    error: { code: 'ERR_PREWARM', message: `model file missing (at ${path}:4:11)` },
  });
  expect(await runner.ended).toEqual({ code: 1, signal: null });
});

it.each(['throws-at-import', 'throws-in-prewarm', 'throws-in-background'])(
  'leaves it to its worker to say that a start failed: %s',
  async (agent) => {
    const runner = forkRunner();
    runner.tell(initializeOrder(agent));

    const { error } = await runner.hear('failed');
    await runner.ended;

    expect(error.message).toMatch(new RegExp(`${agent}\\.mjs:\\d+:\\d+\\)$`));
    const logged = runner.said.flatMap((it) => (it.type === 'log' ? [it.level] : []));
    expect(logged.filter((level) => level !== 'debug')).toEqual([]);
  },
);

it('fails the start when a warm process throws where nobody catches (R-D8)', async () => {
  const runner = forkRunner();
  runner.tell(
    initializeOrder(
      inline(
        `setTimeout(() => { throw new Error('stray timer') }, 50);
         export default { [Symbol.for('livekit-actors.AgentDefinition')]: true, entrypoint() {} }`,
      ),
    ),
  );

  expect(await runner.hear('failed')).toEqual({
    type: 'failed',
    error: { code: 'ERR_UNCAUGHT', message: expect.stringMatching(/^stray timer/) },
  });
  expect(await runner.ended).toEqual({ code: 1, signal: null });
});

it.each(['before', 'after'] as const)(
  'exits at once when shut down %s it is warm',
  async (when) => {
    const runner = when === 'before' ? forkRunner() : await warmRunner('ordinary');

    runner.tell({ type: 'shutdown', reason: 'drain', graceMs: 5_000 });

    expect(await runner.ended).toEqual({ code: 0, signal: null });
    expect(runner.said.map(({ type }) => type)).not.toContain('finished');
  },
);

it('answers a ping with its reference', async () => {
  const runner = forkRunner();
  runner.tell({ type: 'ping', ref: 7 });

  expect(await runner.hear('pong')).toEqual({ type: 'pong', ref: 7 });
});

it('ignores what is no message, and a job before it is warm', async () => {
  const runner = forkRunner();
  for (const raw of ['nonsense', null, { v: 1, seq: 0, type: 'explode' }, { v: 9 }]) {
    runner.child.send(raw as never);
  }
  runner.tell(startOrder());
  runner.tell(initializeOrder('ordinary'));

  await runner.hear('ready');
  expect((await hearLog(runner, 'ignored an invalid message of the worker')).level).toEqual('warn');
  expect(runner.said.map(({ type }) => type)).not.toContain('started');
});

it('runs its entrypoint once, with a room that it has not joined (F-2, C-4)', async () => {
  const runner = await runningJob(
    inline(
      `export default {
        [Symbol.for('livekit-actors.AgentDefinition')]: true,
        entrypoint: async ({ room, log }) => log.info({ joined: room.isConnected }, 'runs'),
      };`,
    ),
  );
  await hearLog(runner, 'runs');

  runner.tell({ type: 'shutdown', reason: 'drain', graceMs: 100 });
  runner.tell({ type: 'leave' });
  await runner.ended;

  const runs = runner.said.filter((it) => it.type === 'log' && it.message === 'runs');
  expect(runs.map((it) => it.type === 'log' && it.fields.joined)).toEqual([false]);
});
