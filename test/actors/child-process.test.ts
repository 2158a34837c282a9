import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import type { ChildLog } from '../../src/actors/child-channel.js';
import { childProcess } from '../../src/actors/child-process.actor.js';
import type { ChildInput, Command, Fact } from '../../src/machines/job-process.types.js';
import { Secret } from '../../src/secret.js';
import { eventually } from '../support/eventually.js';
import { isRunning } from '../support/processes.js';
import { runActor } from '../support/run-actor.js';

const input: ChildInput = {
  agent: { url: 'file:///agent.js', form: 'file' },
  execArgv: [],
  env: undefined,
  envExclude: [],
  envSet: undefined,
  dumpDir: undefined,
  graceMs: 1_500,
  logLevel: 'info',
  callbackMs: 4_000,
  unhandledRejection: 'fail',
  userArguments: new Secret(undefined),
  server: undefined,
  isDev: false,
};
const launch = {
  jobId: 'AJ_1',
  url: 'ws://h',
  token: new Secret('a.b.c'),
  record: new Secret('AAEC'),
  participation: { name: 'n', identity: 'i', metadata: 'm', attributes: { a: 'b' } },
  workerId: 'AW_1',
};

const start = (
  fixture: string,
  overrides: Partial<ChildInput> = {},
  variables: Readonly<Record<string, string>> = {},
) => {
  Object.assign(process.env, variables);
  const runner = fileURLToPath(new URL(`../fixtures/children/${fixture}.mjs`, import.meta.url));
  const lines: ChildLog[] = [];
  const logic = childProcess({ runner, log: (line) => lines.push(line) });
  const actor = runActor<Command, Fact, ChildInput>(logic, { ...input, ...overrides });
  const pid = async () => (await actor.fact('child.spawned')).pid;
  const line = async () => {
    await eventually(() => lines.length > 0);
    return lines[0]?.fields as Record<string, unknown>;
  };
  return { ...actor, lines, line, pid };
};
const types = (facts: readonly Fact[]) => facts.map(({ type }) => type);

const environment = { ...process.env };
const { execPath } = process;
afterEach(() => {
  for (const name of Object.keys(process.env)) {
    if (!(name in environment)) delete process.env[name];
  }
  Object.assign(process.env, environment);
  process.execPath = execPath;
});

it('reports a whole life in order, the verdict last (F-77, R-S3)', async () => {
  const child = start('well-behaved');
  const pid = await child.pid();

  await child.fact('child.ready');
  child.send({ type: 'start', launch });
  await child.fact('child.started');
  child.send({ type: 'ping', ref: 7 });
  await child.fact('child.ponged');
  child.send({ type: 'shutdown', reason: 'drain', graceMs: 100 });
  await child.fact('child.finished');
  child.send({ type: 'leave' });
  await child.fact('child.closed');

  expect(child.facts).toEqual([
    { type: 'child.spawned', pid },
    { type: 'child.online' },
    { type: 'child.ready', timings: { imported: 1 } },
    { type: 'child.started', jobId: 'AJ_1' },
    { type: 'child.ponged', ref: 7 },
    { type: 'child.finished', end: { outcome: 'success' } },
    { type: 'child.exited', code: 0, signal: null },
    { type: 'child.recorded', ranMs: expect.any(Number), stderr: [] },
    { type: 'child.closed', code: 0, signal: null },
  ]);
});

it('tells the child everything in numbered envelopes, with the secrets opened (D-13, R-S3)', async () => {
  const child = start('repeats');

  child.send({ type: 'start', launch });
  child.send({ type: 'shutdown', reason: 'drain', graceMs: 100 });
  child.send({ type: 'leave' });
  await eventually(() => child.lines.length === 4);

  const pid = await child.pid();
  const { agent, graceMs, callbackMs, logLevel, unhandledRejection } = input;
  const { participation } = launch;
  expect(child.lines.map(({ fields }) => fields)).toEqual([
    {
      ...{ v: 1, seq: 0, type: 'initialize' },
      ...{ agent, graceMs, callbackMs, logLevel, unhandledRejection },
      directory: expect.stringMatching(/\/livekit-actors-[\da-f-]{36}$/),
    },
    {
      v: 1,
      seq: 1,
      type: 'start',
      jobId: 'AJ_1',
      url: 'ws://h',
      token: 'a.b.c',
      record: 'AAEC',
      participation,
      workerId: 'AW_1',
    },
    { v: 1, seq: 2, type: 'shutdown', reason: 'drain', graceMs: 100 },
    { v: 1, seq: 3, type: 'leave' },
  ]);
  expect(child.lines[3]).toEqual({
    level: 'info',
    message: 'told',
    fields: { v: 1, seq: 3, type: 'leave' },
    time: 0,
    pid,
  });
  expect(types(child.facts)).toEqual(['child.spawned']);
});

it('tells the child of arguments, of limits that are none, and of a key pair that is exposed', async () => {
  const child = start('repeats', {
    graceMs: Number.POSITIVE_INFINITY,
    callbackMs: Number.POSITIVE_INFINITY,
    userArguments: new Secret({ tenants: ['a'] }),
    server: { url: 'ws://h', keyPair: new Secret({ apiKey: 'key', apiSecret: 'secret' }) },
  });
  child.send({ type: 'shutdown', reason: 'drain', graceMs: Number.POSITIVE_INFINITY });
  await eventually(() => child.lines.length === 3);

  const unlimited = Number.MAX_SAFE_INTEGER;
  expect(child.lines.map(({ fields }) => fields)).toEqual([
    { v: 1, seq: 0, type: 'expose', url: 'ws://h', apiKey: 'key', apiSecret: 'secret' },
    expect.objectContaining({
      ...{ seq: 1, graceMs: unlimited, callbackMs: unlimited },
      userArguments: { tenants: ['a'] },
    }),
    { v: 1, seq: 2, type: 'shutdown', reason: 'drain', graceMs: unlimited },
  ]);
});

it('removes what a killed child left in its directory before it says the verdict (F-125)', async () => {
  const child = start('repeats');
  await eventually(() => child.lines.length === 1);
  const directory = String(child.lines[0]?.fields.directory);
  mkdirSync(directory);
  writeFileSync(join(directory, 'call.ogg'), 'sound');

  child.send({ type: 'kill' });
  await child.fact('child.closed');

  expect(existsSync(directory)).toBe(false);
});

it('brings failures and ends in the child’s own words', async () => {
  const child = start('says-everything');

  await child.fact('child.closed');

  const error = { code: 'ERR_AGENT_MODULE', message: 'no such file' };
  expect(child.facts.slice(1, 6)).toEqual([
    { type: 'child.online' },
    { type: 'child.failed', error },
    { type: 'child.closing', reason: 'the room ended' },
    { type: 'child.finished', end: { outcome: 'failed', error } },
    { type: 'child.freed' },
  ]);
});

it.each([
  ['no envelope', 'text', 'sent no valid message: no envelope of version 1'],
  ['no version', 'bare', 'sent no valid message: no envelope of version 1'],
  ['an unknown type', 'unknown', expect.stringMatching(/^sent no valid message: type: expected /)],
  ['no JSON', 'raw', 'sent no valid message: no JSON'],
  [
    'bytes without an end',
    'endless',
    'sent no valid message: more than 1048576 bytes without an end',
  ],
  ['a message twice', 'twice', 'sent message 5 after message 5'],
  ['too many messages', 'pongs', 'sent too many messages within a second'],
  ['too many lines', 'lines', 'sent too many lines of its log within a second'],
])(
  'calls %s misbehaviour, once, and reads nothing after it (R-E7, R-E8)',
  async (_, kind, text) => {
    const child = start('says-garbage', { env: ['PATH', 'GARBAGE'] }, { GARBAGE: kind });

    const { error } = await child.fact('child.misbehaved');
    child.send({ type: 'kill' });
    await child.fact('child.closed');

    expect(error.code).toBe('ERR_CHILD_MESSAGE');
    expect(/^The child (.*)\.$/.exec(error.message)?.[1]).toEqual(text);
    expect(types(child.facts).slice(types(child.facts).indexOf('child.misbehaved'))).toEqual([
      'child.misbehaved',
      'child.exited',
      'child.recorded',
      'child.closed',
    ]);
  },
);

it('says of a child that does not read that it is unresponsive, and sends it no more (R-E6)', async () => {
  const child = start('never-reads');
  await child.fact('child.online');
  const order = { type: 'shutdown', reason: 'x'.repeat(100_000), graceMs: 1 } as const;

  for (let n = 0; n < 40; n += 1) child.send(order);
  const { error } = await child.fact('child.misbehaved');
  child.send({ type: 'kill' });
  await child.fact('child.closed');

  expect(error).toEqual({
    code: 'ERR_UNRESPONSIVE',
    message: 'The process does not read what it is told: more than 1 MiB waits for it.',
  });
  expect(types(child.facts).filter((type) => type === 'child.misbehaved')).toHaveLength(1);
});

it('hands on what a child prints, line by line, with its pid and its job (F-93, N-28)', async () => {
  const child = start('prints');
  await child.fact('child.online');
  child.send({ type: 'start', launch });
  await child.fact('child.closed');

  const pid = await child.pid();
  const printed = child.lines.map(({ level, message, fields, pid }) => [
    level,
    message,
    fields,
    pid,
  ]);
  expect(
    printed.filter(([, , fields]) => (fields as { stream: string }).stream === 'stdout'),
  ).toEqual([
    ['info', 'before the job', { stream: 'stdout' }, pid],
    ...Array.from({ length: 200 }, (_, n) => [
      'info',
      `line ${n}`,
      { stream: 'stdout', job_id: 'AJ_1' },
      pid,
    ]),
    ['info', 'x'.repeat(8_192), { stream: 'stdout', job_id: 'AJ_1' }, pid],
    ['info', 'xyz', { stream: 'stdout', job_id: 'AJ_1' }, pid],
    ['info', 'no newline: ü', { stream: 'stdout', job_id: 'AJ_1' }, pid],
  ]);
  expect(printed.filter(([level]) => level === 'warn')).toHaveLength(25);
});

it('keeps the last 20 lines of the standard error, and how long the child ran (N-14)', async () => {
  const child = start('prints');
  await child.fact('child.online');
  child.send({ type: 'start', launch });
  const { ranMs, stderr } = await child.fact('child.recorded');

  expect(stderr).toEqual([
    ...Array.from({ length: 19 }, (_, n) => `warning ${n + 5}`),
    'w'.repeat(500),
  ]);
  expect(ranMs).toBeGreaterThan(0);
});

it('reports an exit that nobody asked for', async () => {
  const child = start('crashes');

  expect(await child.fact('child.closed')).toEqual({ type: 'child.closed', code: 3, signal: null });
});

it('asks with SIGTERM, ends with SIGKILL, and waits for the verdict (F-89, D-6)', async () => {
  const child = start('ignores-sigterm');
  await child.fact('child.online');

  child.send({ type: 'terminate' });
  expect(await child.fact('child.closing')).toEqual({ type: 'child.closing', reason: 'SIGTERM' });
  child.send({ type: 'kill' });
  await child.fact('child.closed');

  expect(child.facts.slice(-3)).toEqual([
    { type: 'child.exited', code: null, signal: 'SIGKILL' },
    { type: 'child.recorded', ranMs: expect.any(Number), stderr: [] },
    { type: 'child.closed', code: null, signal: 'SIGKILL' },
  ]);
});

it.each([
  ['kill', { type: 'kill' }],
  ['its own exit', { type: 'leave' }],
] as const)('leaves no helper behind after %s (R-D17)', async (_, command) => {
  const child = start('starts-a-helper');
  const helper = Number((await child.line()).pid);
  expect(isRunning(helper)).toBe(true);

  child.send(command);
  await child.fact('child.closed');

  await eventually(() => !isRunning(helper));
});

it('kills the child and its helpers when it is stopped (R-D17)', async () => {
  const child = start('starts-a-helper');
  const pid = await child.pid();
  const helper = Number((await child.line()).pid);

  child.stop();

  await eventually(() => !isRunning(pid) && !isRunning(helper));
});

it('bears commands in every state, also after the end (R-D6, R-S23)', async () => {
  const child = start('crashes');
  const commands: Command[] = [
    { type: 'start', launch },
    { type: 'ping', ref: 1 },
    { type: 'shutdown', reason: 'r', graceMs: 0 },
    { type: 'leave' },
    { type: 'terminate' },
    { type: 'kill' },
  ];
  await child.fact('child.closed');
  const count = child.facts.length;

  for (const command of commands) child.send(command);

  expect(child.facts.length).toBe(count);
});

it('bears commands to a child that closed its channel', async () => {
  const child = start('closes-its-channel');
  await child.pid();

  for (let ref = 0; ref < 1_000; ref += 1) child.send({ type: 'ping', ref });
  await new Promise(setImmediate);
  for (let ref = 0; ref < 1_000; ref += 1) child.send({ type: 'ping', ref });
  child.send({ type: 'kill' });
  await child.fact('child.closed');

  expect(types(child.facts)).toEqual([
    'child.spawned',
    'child.exited',
    'child.recorded',
    'child.closed',
  ]);
});

it('reports a spawn that fails later, with its cause (R-D9)', async () => {
  process.execPath = '/nowhere/node';
  const child = start('well-behaved');

  await child.fact('child.closed');

  expect(child.facts).toEqual([
    { type: 'child.failed', error: { code: 'ENOENT', message: 'spawn /nowhere/node ENOENT' } },
    { type: 'child.closed', code: -2, signal: null },
  ]);
});

it('reports a spawn that fails at once, with its cause (R-D9)', async () => {
  process.env.PROVIDER_KEY = 'x'.repeat(1_000_000);
  const child = start('well-behaved');

  await child.fact('child.closed');

  expect(child.facts).toEqual([
    { type: 'child.failed', error: { code: 'E2BIG', message: 'spawn E2BIG' } },
    { type: 'child.closed', code: -7, signal: null },
  ]);
});

it.runIf(process.platform === 'linux')(
  'gives the child its environment less the secrets, and nothing in its arguments (F-99, N-37, R-S1, R-S2, R-S4)',
  async () => {
    Object.assign(process.env, {
      LIVEKIT_API_KEY: 'marker-key',
      LIVEKIT_API_SECRET: 'marker-secret',
      NODE_OPTIONS: '--no-deprecation',
      PROVIDER_KEY: 'needed',
      PRIVATE: 'marker-private',
    });
    const child = start('shows-itself', {
      envExclude: ['PRIVATE'],
      envSet: new Secret({ ADDED: 'set' }),
      execArgv: ['--stack-size=900'],
    });

    const { env, born, argv, execArgv } = await child.line();

    expect(env).toEqual({
      LIVEKIT_API_KEY: null,
      LIVEKIT_API_SECRET: null,
      NODE_OPTIONS: null,
      PROVIDER_KEY: 'needed',
      PRIVATE: null,
      ADDED: 'set',
    });
    expect(born).not.toMatch(/marker|--no-deprecation/);
    expect({ argv, execArgv }).toEqual({
      argv: [],
      execArgv: ['--stack-size=900', '--conditions=livekit-actors-job'],
    });
  },
);
