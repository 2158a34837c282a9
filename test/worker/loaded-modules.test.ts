import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { serveWithLedger } from '../support/ledger-server.js';
import { startRealWorker } from '../support/real-worker.js';
import { setVariable, temporaryFolder } from '../support/temporary.js';

const root = pathToFileURL('./').href;
const preload = ['--import', new URL('../fixtures/records-modules.mjs', import.meta.url).href];

/** The files that the processes in a test load, once each, less Node's own. */
function recordModules(): () => string[] {
  const folder = temporaryFolder();
  setVariable('MODULES', folder);
  return () => {
    const urls = readdirSync(folder).flatMap((pid) =>
      readFileSync(join(folder, pid), 'utf8').split('\n'),
    );
    return [...new Set(urls)].filter((url) => url.startsWith('file:')).sort();
  };
}

/** What the native room library brings along, whoever loads it. */
function roomLibrary(): ReadonlySet<string> {
  const modules = recordModules();
  execFileSync(process.execPath, [...preload, '--eval', "require('@livekit/rtc-node')"]);
  return new Set(modules());
}

/** What the process of one job loads beside the room library, as paths in this package. */
async function loadedFor(agent: string): Promise<string[]> {
  const library = roomLibrary();
  const modules = recordModules();
  const world = await serveWithLedger();
  const run = startRealWorker(world, {
    agent,
    options: { numIdleProcesses: 0, execArgv: preload },
  });
  await run.available();
  const job = world.offer();
  await world.ended(job);
  await run.end();
  expect(job.status).toBe('success');
  return modules()
    .filter((url) => !library.has(url))
    .map((url) => url.replace(root, ''));
}

it('loads nothing for a job but the runner, the agent and the room library (N-30)', async () => {
  expect(await loadedFor('trivial')).toEqual([
    'dist/job/main.cjs',
    'test/fixtures/agents/trivial.mjs',
  ]);
});

it('loads the light entry of this package, and no other package, for an agent in one file (N-30)', async () => {
  const loaded = await loadedFor('trivial-in-one-file');

  expect(loaded.filter((path) => !path.startsWith('dist/chunks/'))).toEqual([
    'dist/index.job.js',
    'dist/job/main.cjs',
    'test/fixtures/agents/trivial-in-one-file.mjs',
  ]);
});
