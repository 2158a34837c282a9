import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { entryNamed } from '../../src/cli/entry.js';
import { temporaryFolder } from '../support/temporary.js';
import { runBin } from './run-bin.js';

/** A folder with these files, all of them empty. */
function project(...files: readonly string[]): string {
  const folder = temporaryFolder();
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  return folder;
}

it.each([
  'main.js',
  'app.mjs',
  'agent.cjs',
  'agent.ts',
  'main.mts',
  'app/agent.js',
  'app/app.ts',
  'src/main.ts',
])('finds %s in a folder (F-137)', (file) => {
  const folder = project(file, 'other.js', 'src/agent.d.ts', 'src/agent.test.ts', 'lib/agent.js');

  expect(relative(folder, entryNamed(folder))).toBe(file);
});

it.each([['start'], ['dev']])(
  '%s without a file takes the one of this folder (F-137)',
  async (command) => {
    const cwd = project('agent.js');

    // It is empty, so that it is found and is no agent.
    expect(await runBin([command], { cwd })).toEqual({
      code: 78,
      stdout: '',
      stderr:
        'error: cannot load agent.js: it neither calls cli.runApp(options) nor exports options or an agent as default\n',
    });
  },
);

it('says what it looked for where there is none (F-137)', async () => {
  const cwd = project('index.js', 'lib/agent.js', 'agent/index.js');

  const told =
    'looked for main, app, agent (.js .mjs .cjs .ts .mts) in it, in app/ and in src/. Name its file.';
  expect(
    await Promise.all([runBin(['start'], { cwd }), runBin(['dev', 'lib/../agent'], { cwd })]),
  ).toEqual([
    { code: 78, stdout: '', stderr: `error: no agent in this folder: ${told}\n` },
    { code: 78, stdout: '', stderr: `error: no agent in lib/../agent: ${told}\n` },
  ]);
});

it('says which there are where there are several, and takes none (F-137)', async () => {
  const cwd = project('agent.js', 'agent.ts', 'src/main.ts');

  expect(await runBin(['start', '.'], { cwd })).toEqual({
    code: 78,
    stdout: '',
    stderr:
      'error: several files in . may be the agent: agent.js, agent.ts, src/main.ts. Name one.\n',
  });
});
