import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { createActor, toPromise } from 'xstate';
import { WorkerOptions, workerMachine } from '../../src/index.js';
import { agentFixture } from '../support/forked-runner.js';
import { serveWithLedger } from '../support/ledger-server.js';
import { agentTexts, foreignPackage, makeProject } from '../support/project.js';
import { cleanEnd, startRealWorker } from '../support/real-worker.js';
import { runProgram } from '../support/worker-program.js';

const { oneFile, module, commonJs, typeScript, greeting, foreign, foreignCommonJs } = agentTexts;
const bin = 'node_modules/livekit-actors/dist/cli/bin.js';
const json = ['--log-format', 'json'];
const flags = [
  '--load-threshold',
  'Infinity',
  '--host',
  '127.0.0.1',
  '--port',
  '0',
  '--idle-processes',
  '1',
];
const strange = 'my agent 100%41 #1';

it.each([
  ['node agent.mjs start', ['agent.mjs', 'start'], { 'agent.mjs': oneFile }, 'project'],
  [
    'node agent.mjs start in a strange folder',
    ['agent.mjs', 'start'],
    { 'agent.mjs': oneFile },
    strange,
  ],
  ['node agent.cjs start', ['agent.cjs', 'start'], { 'agent.cjs': commonJs }, strange],
  [
    'livekit-actors start with one file',
    [bin, 'start', 'agent.mjs'],
    { 'agent.mjs': oneFile },
    'project',
  ],
  [
    'livekit-actors start with a module',
    [bin, 'start', 'agent.mjs', ...flags],
    { 'agent.mjs': module },
    strange,
  ],
  [
    'livekit-actors start with an agent of LiveKit’s own package',
    [bin, 'start', 'agent.mjs', ...flags],
    { 'agent.mjs': foreign, ...foreignPackage },
    'project',
  ],
  [
    'livekit-actors start with such an agent, compiled to CommonJS',
    [bin, 'start', 'agent.cjs', ...flags],
    { 'agent.cjs': foreignCommonJs, ...foreignPackage },
    strange,
  ],
  [
    'livekit-actors start with TypeScript',
    [bin, 'start', 'agent.ts'],
    { 'agent.ts': typeScript, 'greeting.ts': greeting },
    strange,
  ],
])('runs a job with %s (F-96, N-43)', async (_, args, files, name) => {
  const world = await serveWithLedger();
  const program = runProgram(args, { cwd: makeProject(files, { name }), server: world.server });
  await program.warm();

  const job = world.offer();
  await world.ended(job);
  program.signal('SIGTERM');

  expect(job.status).toBe('success');
  expect(await program.exited).toEqual({ code: 0, signal: null });
  expect(program.stderr()).toBe('');
  expect(world.ledger.check()).toEqual([]);
});

it('runs a job with tsx agent.ts dev, and ends at Ctrl-C with code 0 (F-96)', async () => {
  const world = await serveWithLedger();
  const cwd = makeProject({ 'agent.ts': typeScript, 'greeting.ts': greeting });
  const args = ['node_modules/tsx/dist/cli.mjs', 'agent.ts', 'dev', ...json];
  const program = runProgram(args, { cwd, server: world.server });
  await program.warm();

  const job = world.offer('stays');
  await world.started(job);
  const { mood } = await program.hear('job.log', ({ msg }) => msg === 'hello');
  program.signalGroup('SIGINT');

  expect(await program.exited).toEqual({ code: 0, signal: null });
  expect([job.status, mood]).toEqual(['success', 'kind']);
  await program.gone();
  expect(world.ledger.check()).toEqual([]);
});

it('says in one line that TypeScript needs tsx, and exits 78', async () => {
  const world = await serveWithLedger();
  const cwd = makeProject(
    { 'agent.ts': typeScript, 'greeting.ts': greeting },
    { packages: ['livekit-actors'] },
  );

  const program = runProgram([bin, 'start', 'agent.ts'], { cwd, server: world.server });

  expect(await program.exited).toEqual({ code: 78, signal: null });
  expect(program.stderr()).toMatch(
    /^error: cannot load agent\.ts: [^\n]*npm install --save-dev tsx[^\n]*\n$/,
  );
  expect(program.stdout()).toBe('');
});

it('runs jobs of a module that is named with a URL in a strange folder (N-43)', async () => {
  const world = await serveWithLedger();
  const folder = makeProject({}, { name: strange });
  writeFileSync(join(folder, 'an agent.mjs'), module);
  const run = startRealWorker(world, { agent: pathToFileURL(join(folder, 'an agent.mjs')) });
  await run.available();

  const job = world.offer();
  await world.ended(job);

  expect(job.status).toBe('success');
  expect(await run.end()).toEqual(cleanEnd);
});

it('runs as a bare actor, which starts by itself', async () => {
  const world = await serveWithLedger();
  const { server } = world;
  const input = new WorkerOptions({
    agent: agentFixture('obeys'),
    url: server.url,
    apiKey: server.apiKey,
    apiSecret: server.apiSecret.reveal(),
    loadFnc: () => 0,
    numIdleProcesses: 0,
    host: '127.0.0.1',
    port: 0,
    logLevel: 'silent',
  });
  const actor = createActor(workerMachine, { input }).start();
  onTestFinished(() => void actor.stop());
  await server.waitFor(() => server.workers[0]?.status === 'available');

  const job = world.offer();
  await world.ended(job);
  actor.send({ type: 'drain' });

  expect(await toPromise(actor)).toEqual(cleanEnd.output);
  expect(job.status).toBe('success');
  expect(world.ledger.check()).toEqual([]);
});
