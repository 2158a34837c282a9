import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { loadEnvFiles } from '../../src/cli/env-files.js';
import { makeProject } from '../support/project.js';
import { temporaryFolder } from '../support/temporary.js';
import { runProgram } from '../support/worker-program.js';

/** What the variables are after a command has read its files in a folder. */
function variables(
  files: Readonly<Record<string, string>>,
  given: Partial<Parameters<typeof loadEnvFiles>[0]> = {},
  set: Readonly<Record<string, string>> = {},
): Record<string, string | undefined> {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const before = process.cwd();
  onTestFinished(() => process.chdir(before));
  process.chdir(folder);
  const env = { ...set };
  loadEnvFiles({ command: 'dev', envFiles: [], ...given }, env);
  return env;
}

describe('files with variables', () => {
  const both = { '.env': 'A=1\nB=1', '.env.local': 'B=2' };

  it('are .env.local and .env in dev, the first stronger, if they are there (F-22, E-24)', () => {
    expect(variables(both)).toEqual({ A: '1', B: '2' });
    expect(variables({ '.env': 'A=1' })).toEqual({ A: '1' });
    expect(variables({})).toEqual({});
  });

  it.each(['start', 'connect', 'simulate'])(
    'are those that are named for %s alone (F-22)',
    (command) => {
      expect(variables(both, { command })).toEqual({});
      expect(variables(both, { command, envFiles: ['.env'] })).toEqual({ A: '1', B: '1' });
    },
  );

  it('that are named stand for those of dev, the last one strongest (F-22)', () => {
    const files = { ...both, one: 'B=3\nC=3', two: 'C="a b" # note' };

    expect(variables(files, { envFiles: ['one', 'two'] })).toEqual({ B: '3', C: 'a b' });
  });

  it('never change a variable that is set, also one that is empty (F-22)', () => {
    expect(variables(both, {}, { A: 'set', B: '' })).toEqual({ A: 'set', B: '' });
  });

  it('that are named and not there are an error (F-22)', () => {
    expect(() => variables(both, { envFiles: ['.env', 'env.prod'] })).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_OPTIONS',
        message: '--env-file: cannot read env.prod: there is no such file',
      }),
    );
    expect(() => variables(both, { envFiles: ['.'] })).toThrow(
      /^--env-file: cannot read \.: EISDIR/,
    );
  });

  it('may be a folder of that name, which is none of ours (E-24)', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, '.env'));
    const before = process.cwd();
    onTestFinished(() => process.chdir(before));
    process.chdir(folder);

    expect(() => loadEnvFiles({ command: 'dev', envFiles: [] }, {})).not.toThrow();
  });
});

describe('a program', () => {
  let cwd = '';
  beforeEach(() => {
    const agent = `
      import { cli, WorkerOptions } from 'livekit-actors';
      const tenant = process.env.TENANT;
      cli.runApp(new WorkerOptions({ entrypointFnc: (ctx) => {
        ctx.log.info({ tenant: process.env.TENANT }, 'tenant');
        ctx.shutdown('done');
      } }));
    `;
    cwd = makeProject({ 'agent.mjs': agent, 'vars.env': 'TENANT=acme', '.env': 'TENANT=own' });
  });
  const bin = 'node_modules/livekit-actors/dist/cli/bin.js';

  it.each([
    ['before its command', ['agent.mjs', '--env-file', 'vars.env', 'simulate', '--json'], 'acme'],
    ['behind it', [bin, 'simulate', '--json', '--env-file=vars.env'], 'acme'],
    ['twice', [bin, '--env-file=.env', 'simulate', '--json', '--env-file=vars.env'], 'acme'],
  ])('takes --env-file %s, for its jobs too (F-22)', async (_, args, tenant) => {
    // Node 20 looks for files of this flag itself, wherever the flag stands, unless it is told not to.
    const program = runProgram(['--', ...args], { cwd });

    expect(await program.hear('job.log', ({ msg }) => msg === 'tenant')).toMatchObject({ tenant });
    expect((await program.exited).code).toBe(0);
  });

  it('says which file is not there, and exits 78 (F-22, F-140)', async () => {
    const program = runProgram(['--', bin, 'dev', '--env-file', 'nowhere.env'], { cwd });

    expect((await program.exited).code).toBe(78);
    expect(program.stderr()).toBe(
      'error: --env-file: cannot read nowhere.env: there is no such file\n',
    );
  });
});
