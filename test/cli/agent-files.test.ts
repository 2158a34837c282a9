import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadAgent } from '../../src/cli/load-agent.js';
import { runBin, runFile } from './run-bin.js';

// A space and a percent sign, since the path becomes a URL and back.
const folder = join(realpathSync(mkdtempSync(join(tmpdir(), 'agent '))), '100%25 mine');
mkdirSync(folder);
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
afterAll(() => rmSync(join(folder, '..'), { recursive: true }));

const source = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);
const imports = `
  import { cli } from ${source('cli/run-app.ts')};
  import { defineAgent } from ${source('job/agent-definition.ts')};
  import { WorkerOptions } from ${source('worker-options.ts')};
  const options = new WorkerOptions({ entrypointFnc: () => {} });
`;

const write = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

const missing = 'error: missing LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET';

describe.concurrent('a file that names an agent gets as far as the credentials', () => {
  it.each([
    ['calls.js', 'cli.runApp(options);'],
    ['calls-later.js', 'setTimeout(() => cli.runApp(options), 50);'],
    ['exports-options.js', 'export default options;'],
    ['exports-agent.js', 'export default defineAgent({ entrypoint: () => {} });'],
    [
      'exports-foreign-agent.js',
      "export default { [Symbol.for('livekit.agents.AgentDefinition')]: true, entry: () => {} };",
    ],
    ['typed.ts', 'enum Kind { One }\ncli.runApp(options as WorkerOptions<{ kind: Kind }>);'],
  ])('%s: %s', async (name, text) => {
    const { code, stdout, stderr } = await runBin(['start', write(name, imports + text)]);

    expect({ code, stdout, line: stderr.split('\n')[0] }).toEqual({
      code: 78,
      stdout: '',
      line: missing,
    });
  });

  it('run by itself', async () => {
    const file = write('itself.js', `${imports} cli.runApp(options);`);

    const { code, stderr } = await runFile(file, ['start']);

    expect({ code, line: stderr.split('\n')[0] }).toEqual({ code: 78, line: missing });
  });
});

it('does not go on about a secret in the arguments before it is used', async () => {
  const file = write('secret.js', `${imports} cli.runApp(options);`);

  const { code, stdout, stderr } = await runBin(['start', file, '--api-secret', 's3cret']);

  expect(code).toBe(78);
  expect(stdout + stderr).not.toContain('s3cret');
  expect(stderr.split('\n')[0]).toBe('error: missing LIVEKIT_URL, LIVEKIT_API_KEY');
});

it('joins all that is wrong with flags, variables and options', async () => {
  const file = write('wrong.js', `${imports} cli.runApp(options);`);
  const env = { LIVEKIT_URL: 'localhost:7880', LIVEKIT_LOG_LEVEL: 'chatty' };

  const { code, stderr } = await runBin(['start', file, '--port', 'x'], { env });

  expect(code).toBe(78);
  expect(stderr).toMatchInlineSnapshot(`
    "error: Invalid worker options:
    - url (from LIVEKIT_URL): expected a ws, wss, http or https URL without user name and password, got "localhost:7880". Perhaps ws://localhost:7880.
    - port (from --port): expected a whole number from 0 to 65535, got "x".
    - logLevel (from LIVEKIT_LOG_LEVEL): expected one of "trace", "debug", "info", "warn", "error", "fatal", "silent", got "chatty".
    - missing: LIVEKIT_API_KEY, LIVEKIT_API_SECRET.
    "
  `);
});

it('runs by itself with the commands of a file', async () => {
  const file = write('commands.js', `${imports} cli.runApp(options);`);

  const { code, stderr } = await runFile(file, ['dev-server']);

  expect({ code, stderr }).toEqual({ code: 64, stderr: "error: unknown command 'dev-server'\n" });
});

it('says that a file does not load in time, however busy it is meanwhile', async () => {
  const file = write('busy.mjs', 'await new Promise(() => {});');

  await expect(loadAgent(file, { importMs: 50 })).rejects.toMatchObject({
    code: 'ERR_AGENT_MODULE',
    message:
      'cannot load busy.mjs: it has not loaded after 0.05 s: an await in its body waits for something that does not come',
  });
});

it.each([
  ['{ entrypointFnc: () => {}, apiSecret: "s3cret" }', 'a plain object'],
  ['', 'nothing'],
  ['() => {}', 'a function'],
  ['Promise.resolve(options)', 'a promise: await it first'],
])('takes cli.runApp(%s) for a mistake, however the file is run', async (argument, kind) => {
  const file = write(`gives ${kind.split(':')[0]}.js`, `${imports} cli.runApp(${argument});`);

  const told = await Promise.all([runFile(file, ['start']), runBin(['start', file])]);

  const ended = {
    code: 78,
    stdout: '',
    stderr: `error: cli.runApp takes worker options, got ${kind}. Write cli.runApp(new WorkerOptions({ entrypointFnc: async (ctx) => { … } })).\n`,
  };
  expect(told).toEqual([ended, ended]);
});

it('says in the same way what is wrong with options, however the file is run', async () => {
  const text = `${imports} cli.runApp(new WorkerOptions({ wsURL: 'ws://a', maxJobs: -1 }));`;
  const file = write('bad-options.js', text);
  const env = { LIVEKIT_URL: 'ws://a', LIVEKIT_API_KEY: 'k', LIVEKIT_API_SECRET: 's' };

  const told = await Promise.all([runFile(file, ['dev'], { env }), runBin(['dev', file], { env })]);

  const ended = {
    code: 78,
    stdout: '',
    stderr: [
      'error: Invalid worker options:',
      '- wsURL: no such option. Did you mean "url"?',
      '- maxJobs: expected a whole number, 0 or more, or Infinity, got -1.',
      '- entrypointFnc: missing; it is the function that runs for each job.',
      '',
    ].join('\n'),
  };
  expect(told).toEqual([ended, ended]);
});

describe.concurrent('a file that does not load is told with the place, and no stack', () => {
  write('broken.js', 'const a = 1;\nconst b = = 2;\n');
  write('broken.cjs', 'const b = = 2;\n');

  it.each([
    ['throws.js', "throw new Error('no key');", 'no key\n    at <folder>/throws.js:1:7'],
    ['throws-text.js', "throw 'no key';", 'no key'],
    [
      'imports-broken.js',
      "import './broken.js';",
      "SyntaxError: Unexpected token '='\n    at <folder>/broken.js:2",
    ],
    [
      'imports-cjs.js',
      "import './broken.cjs';",
      "SyntaxError: Unexpected token '='\n    at <folder>/broken.cjs:1",
    ],
    [
      'no-package.js',
      "import 'no-such-package';",
      "Cannot find package 'no-such-package' imported from <folder>/no-package.js",
    ],
    [
      'nothing.js',
      'export const a = 1;',
      'it neither calls cli.runApp(options) nor exports options or an agent as default',
    ],
    [
      'waits.js',
      'await new Promise(() => {});',
      'it never finishes loading: an await in its body waits for something that does not come',
    ],
  ])('%s', async (name, text, told) => {
    const { code, stdout, stderr } = await runBin(['start', write(name, text)]);

    expect({ code, stdout, stderr: stderr.replaceAll(folder, '<folder>') }).toEqual({
      code: 78,
      stdout: '',
      stderr: `error: cannot load ${name}: ${told}\n`,
    });
  });

  it.each([
    ['nowhere.js', 'there is no such file.'],
    ['thrws.js', 'there is no such file. Did you mean throws.js?'],
    ['throws', 'there is no such file. Did you mean throws.js?'],
    ['../100%25 mine/throws.ts', 'there is no such file. Did you mean ../100%25 mine/throws.js?'],
  ])('%s (R-S20)', async (name, told) => {
    const { code, stderr } = await runBin(['dev', name], { cwd: folder });

    expect({ code, stderr }).toEqual({ code: 78, stderr: `error: cannot load ${name}: ${told}\n` });
  });
});
