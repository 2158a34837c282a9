import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startServer } from '../scripts/livekit-server/run.mjs';
import { liveKitServer } from './support/livekit.js';

const command = fileURLToPath(new URL('../scripts/livekit.mjs', import.meta.url));
let home: string;
let bin: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'livekit tooling '));
  bin = join(home, 'bin');
  mkdirSync(bin);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

/** Puts a program on the PATH of the command; answers its path. */
function program(name: string, text: string): string {
  const path = join(bin, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

const fakeServer = (version: string) => `#!/bin/sh\necho livekit-server version ${version}\n`;

/** A Go that says which it is, and whose `build -o <file>` writes a server that runs. */
const fakeGo = (version: string) => `#!/bin/sh
case $1 in
  version) echo "go version ${version} linux/amd64" ;;
  env) echo "${version}" ;;
  build)
    while [ "$1" != -o ]; do shift; done
    printf '#!/bin/sh\\necho livekit-server version 1.13.5\\n' > "$2"
    /bin/chmod +x "$2" ;;
esac
`;

/** Runs \`npm run livekit -- --build\` in a world of its own. */
const provide = (env: Record<string, string> = {}) =>
  new Promise<{ code: unknown; out: string; err: string }>((resolve) => {
    const world = { PATH: bin, HOME: home, XDG_CACHE_HOME: join(home, 'cache'), ...env };
    execFile(process.execPath, [command, '--build'], { env: world }, (error, out, err) =>
      resolve({ code: error?.code ?? 0, out, err }),
    );
  });

const remedy =
  'install Go 1.26 (or 1.21 and newer with GOTOOLCHAIN=auto), put livekit-server on PATH, or name one in LIVEKIT_SERVER_BIN.';

it('says in one line how to get a server where there is no Go', async () => {
  expect(await provide()).toEqual({
    code: 1,
    out: '',
    err: `No LiveKit server, and there is no Go here: ${remedy}\n`,
  });
});

it.each([
  ['go1.19.8', {}, 'Go 1.19 is too old'],
  ['go1.24.4', { GOTOOLCHAIN: 'local' }, 'Go 1.24 may not fetch Go 1.26 while GOTOOLCHAIN=local'],
])('says why %s cannot build one', async (version, env, why) => {
  program('go', fakeGo(version));

  expect(await provide(env)).toEqual({
    code: 1,
    out: '',
    err: `No LiveKit server, and ${why}: ${remedy}\n`,
  });
});

it('builds once, and finds that again without Go', async () => {
  const go = program('go', fakeGo('go1.26.8'));

  const first = await provide();
  const second = await provide();
  rmSync(go);
  const third = await provide();

  const [name = ''] = readdirSync(join(home, 'cache', 'livekit-actors'));
  const found = `LiveKit server: ${join(home, 'cache', 'livekit-actors', name)}\n`;
  const announced = 'Building LiveKit server 1.13.5 with go1.26.8, once; it takes some minutes.\n';
  expect(name).toMatch(/^livekit-server-1\.13\.5-go1\.26\.8-\w+-\w+-[0-9a-f]{12}$/);
  expect(first).toEqual({ code: 0, out: announced + found, err: '' });
  expect(second).toEqual({ code: 0, out: found, err: '' });
  expect(third).toEqual({ code: 0, out: found, err: '' });
});

it('builds anew for another Go', async () => {
  program('go', fakeGo('go1.26.8'));
  await provide();
  program('go', fakeGo('go1.27.0'));
  await provide();

  expect(readdirSync(join(home, 'cache', 'livekit-actors'))).toEqual([
    expect.stringContaining('go1.26.8'),
    expect.stringContaining('go1.27.0'),
  ]);
});

it('prefers the server that is named, then the one on PATH, to a build', async () => {
  program('go', fakeGo('go1.26.8'));
  program('livekit-server', fakeServer('1.9.0'));
  const named = program('my-server', fakeServer('1.8.0'));

  expect((await provide({ LIVEKIT_SERVER_BIN: named })).out).toBe(`LiveKit server: ${named}\n`);
  expect((await provide()).out).toBe('LiveKit server: livekit-server\n');
});

it('refuses a LIVEKIT_SERVER_BIN that is no server', async () => {
  const named = program('my-server', '#!/bin/sh\necho hello\n');

  expect(await provide({ LIVEKIT_SERVER_BIN: named })).toEqual({
    code: 1,
    out: '',
    err: `LIVEKIT_SERVER_BIN is not a LiveKit server that runs here: ${named}\n`,
  });
});

it('takes other ports when one was taken before the server could listen', async () => {
  const fake = program(
    'livekit-server',
    `#!${process.execPath}
const { port, marker } = JSON.parse(process.env.LIVEKIT_CONFIG);
const { existsSync, writeFileSync } = require('node:fs');
if (!existsSync(marker)) {
  writeFileSync(marker, String(port));
  console.log('listen tcp 127.0.0.1:' + port + ': bind: address already in use');
} else {
  require('node:http').createServer((_, answer) => answer.end('OK')).listen(port, '127.0.0.1', () =>
    console.error('{"level":"info","msg":"starting LiveKit server"}'));
}
`,
  );

  const server = await startServer({ bin: fake, config: { marker: join(home, 'marker') } });

  expect(await (await fetch(server.url.replace('ws', 'http'))).text()).toBe('OK');
  expect(await server.stop()).toEqual({ code: null, signal: 'SIGTERM' });
});

/** This process without a server anywhere, and with `LIVEKIT_URL` set, as a developer has it. */
function forgetServers(more: Record<string, string>): void {
  const world = { PATH: bin, XDG_CACHE_HOME: home, LIVEKIT_SERVER_BIN: '', LIVEKIT_TEST_URL: '' };
  const entries = Object.entries({ ...world, LIVEKIT_URL: 'wss://production.invalid', ...more });
  for (const [name, value] of entries) vi.stubEnv(name, value);
}

it('gives a suite no server that it was not given for tests, and builds none', async () => {
  const said: string[] = [];
  program('go', fakeGo('go1.26.8'));
  forgetServers({ CI: '' });

  expect(await liveKitServer((line) => said.push(line))).toBe(undefined);
  expect(said).toEqual([
    'Tests left out. No LiveKit server: `npm run livekit` builds one; or put livekit-server on PATH, or name one in LIVEKIT_SERVER_BIN. Or name a running one in LIVEKIT_TEST_URL.',
  ]);
});

it('fails a suite without a server where CI is set', async () => {
  forgetServers({ CI: '1' });

  await expect(liveKitServer()).rejects.toThrow(/^Tests left out\. No LiveKit server/);
});

it('gives a suite the server of LIVEKIT_TEST_URL, with the development key by default', async () => {
  const answering = createServer((_, response) => response.end('OK')).listen(0, '127.0.0.1');
  await once(answering, 'listening');
  const url = `ws://127.0.0.1:${(answering.address() as AddressInfo).port}`;
  forgetServers({ CI: '1', LIVEKIT_TEST_URL: url });

  const server = await liveKitServer();
  answering.close();

  expect(server).toMatchObject({ url, apiKey: 'devkey', apiSecret: 'secret' });
  expect(server?.waitForLog).toBe(undefined);
});

it('says that nothing answers at LIVEKIT_TEST_URL', async () => {
  forgetServers({ LIVEKIT_TEST_URL: 'ws://127.0.0.1:9' });

  await expect(liveKitServer()).rejects.toThrow(
    'No LiveKit server answers at LIVEKIT_TEST_URL: ws://127.0.0.1:9',
  );
});
