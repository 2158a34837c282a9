import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { workerInAHurry as machine } from '../support/hurry.js';
import { serveWithLedger } from '../support/ledger-server.js';
import { agentTexts, makeProject } from '../support/project.js';
import { cleanEnd, startRealWorker } from '../support/real-worker.js';
import { runProgram } from '../support/worker-program.js';

const bin = 'node_modules/livekit-actors/dist/cli/bin.js';
const broken = `import 'livekit-actors/job';\n\nthrow new TypeError('no such voice');\n`;
it('is full and not ready while a module does not load, and recovers when it is repaired (F-85, N-1, R-E1)', async () => {
  const world = await serveWithLedger();
  const folder = makeProject({ 'agent.mjs': broken });
  const file = join(folder, 'agent.mjs');
  const run = startRealWorker(world, { agent: pathToFileURL(file), machine });

  const { error } = await run.hear('process.failed');
  await run.hear('degraded');
  const unready = await run.probe('/readyz');
  const { server } = world;
  await server.waitFor(() => server.workers.length === 1);
  const refused = world.offer();

  expect(error).toEqual({
    code: 'ERR_AGENT_MODULE',
    message: `Cannot load ${file}: TypeError: no such voice (at ${file}:3:7)`,
  });
  expect(unready).toEqual({ status: 503, body: 'no process can start' });
  expect([server.workers[0]?.status, refused.dispatch]).toEqual(['full', 'unserved']);
  expect((await run.probe('/livez')).status).toBe(200);

  const failures = () => run.events.filter(({ type }) => type === 'process.failed').length;
  const before = failures();
  await run.hear('process.failed', () => failures() > before);
  writeFileSync(file, agentTexts.module);
  await run.hear('recovered');
  await run.available();
  const job = world.offer();
  await world.ended(job);

  expect(job.status).toBe('success');
  expect((await run.probe('/readyz')).status).toBe(200);
  expect(run.logs.find(({ message }) => message === 'joined')).toBeDefined();
  expect(await run.end()).toEqual(cleanEnd);
});

it.each([
  [
    'throws',
    broken,
    /^error: cannot load agent\.mjs: TypeError: no such voice\n {4}at .*agent\.mjs:3:7\n$/,
  ],
  [
    'does not parse',
    `\nconst = 1;\n`,
    /^error: cannot load agent\.mjs: SyntaxError: .*\n {4}at .*agent\.mjs:2\n$/,
  ],
  [
    'misses a package',
    `import 'no-such-package';`,
    /^error: cannot load agent\.mjs: .*no-such-package.*\n$/,
  ],
])(
  'names the error and its place when the one file %s, and exits 78 (O-1)',
  async (_, text, words) => {
    const world = await serveWithLedger();
    const cwd = makeProject({ 'agent.mjs': text });

    const program = runProgram([bin, 'start', 'agent.mjs'], { cwd, server: world.server });

    expect(await program.exited).toEqual({ code: 78, signal: null });
    expect(program.stderr()).toMatch(words);
    expect(program.stdout()).toBe('');
    expect(world.server.frames).toEqual([]);
  },
);

it('exits 78 when the one file loads in the worker, but not in the process of a job (F-140, O-1)', async () => {
  const world = await serveWithLedger();
  const onlyInWorker = `if (!process.argv.includes('start')) throw new TypeError('no such voice');\n`;
  const cwd = makeProject({ 'agent.mjs': `${agentTexts.oneFile.trim()}\n${onlyInWorker}` });

  const program = runProgram(['agent.mjs', 'start'], { cwd, server: world.server });

  expect(await program.exited).toEqual({ code: 78, signal: null });
  expect(await program.hear('worker.failed')).toMatchObject({
    level: 'fatal',
    error_code: 'ERR_AGENT_MODULE',
    msg: expect.stringMatching(
      /^Cannot load .*agent\.mjs: TypeError: no such voice \(at .*:4:\d+\)$/,
    ),
  });
  expect(program.stderr()).toBe('');
  await program.gone();
  expect(world.ledger.check()).toEqual([]);
});

it('says of a failed start why, how long it took, and what it printed last (N-14, R-D8, F-85)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world, { agent: 'dies-with-words' });

  const { type: _, ...failed } = await run.hear('process.failed');
  await run.worker.halt();

  expect(failed).toEqual({
    slot: 0,
    pid: expect.any(Number),
    error: {
      code: 'ERR_PROCESS_EXITED',
      message: 'The process was ended by SIGABRT before it was warm.',
    },
    retryMs: expect.any(Number),
    ranMs: expect.any(Number),
    stderr: expect.arrayContaining(['cannot find the model']),
  });
});
