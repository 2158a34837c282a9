// Builds the pinned LiveKit server with the Go at hand; the binary lives in the user's cache folder.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const toolModule = fileURLToPath(new URL('../../tools/livekit-server/', import.meta.url));
const flags = ['-trimpath', '-buildvcs=false', '-ldflags=-s -w'];
// Without cgo no C compiler is needed. The rest keeps the user's own Go setup out of the binary.
const buildEnv = { CGO_ENABLED: '0', GOOS: '', GOARCH: '', GOFLAGS: '', GOWORK: 'off' };
// Some systems ship Go with `local` as its own default, which refuses to fetch a newer one.
const toolchain = process.env.GOTOOLCHAIN || 'auto';

/** Runs a program to its end; a program that is not there has failed like any other. */
const run = (command, args, options) =>
  new Promise((done) => {
    execFile(command, args, options, (error, stdout, stderr) =>
      done({ failed: error !== null, text: `${stdout}${stderr}`.trim() || error?.message || '' }),
    );
  });

const go = (args, env = {}) =>
  run('go', args, {
    cwd: toolModule,
    env: { ...process.env, ...buildEnv, GOTOOLCHAIN: toolchain, ...env },
  });

/** The version a LiveKit server binary says it has; `undefined` when it is none. */
export async function versionOf(bin) {
  const { failed, text } = await run(bin, ['--version'], {
    timeout: 10_000,
    killSignal: 'SIGKILL',
  });
  return failed ? undefined : /livekit-server version (\S+)/.exec(text)?.[1];
}

/** What the tool module pins: the server's version, the Go it needs, a hash of all it builds from. */
async function pinned() {
  const [mod, sum] = await Promise.all(
    ['go.mod', 'go.sum'].map((name) => readFile(join(toolModule, name), 'utf8')),
  );
  return {
    version: /livekit\/livekit-server v(\S+)/.exec(mod)[1],
    goMinor: Number(/^go 1\.(\d+)/m.exec(mod)[1]),
    hash: createHash('sha256')
      .update(JSON.stringify([sum, flags, buildEnv]))
      .digest('hex')
      .slice(0, 12),
  };
}

/** Why the Go at hand cannot build the server, in half a sentence; `undefined` when it can. */
async function whyNotGo(goMinor) {
  const { failed, text } = await go(['version'], { GOTOOLCHAIN: 'local' });
  if (failed) return 'there is no Go here';
  const minor = Number(/go1\.(\d+)/.exec(text)?.[1]);
  if (minor >= goMinor) return undefined;
  if (!(minor >= 21)) return `Go 1.${minor} is too old`;
  if (toolchain !== 'local') return undefined;
  return `Go 1.${minor} may not fetch Go 1.${goMinor} while GOTOOLCHAIN=local`;
}

const cacheFolder = () => {
  const xdg = process.env.XDG_CACHE_HOME ?? '';
  return join(isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'livekit-actors');
};

const nameOf = ({ version, hash }, goVersion) =>
  `livekit-server-${version}-${goVersion}-${process.platform}-${process.arch}-${hash}`;

/** A binary built earlier from what is pinned now, by whichever Go; `undefined` if there is none. */
export async function cachedServer() {
  const pin = await pinned();
  const [before, after] = nameOf(pin, '*').split('*');
  const names = await readdir(cacheFolder()).catch(() => []);
  const name = names.sort().findLast((each) => each.startsWith(before) && each.endsWith(after));
  const bin = name && join(cacheFolder(), name);
  return bin && (await versionOf(bin)) === pin.version ? bin : undefined;
}

/**
 * Builds the pinned server unless this very Go already did. Answers `{ bin, built }`, or
 * `{ problem }` in half a sentence; `say` hears the line that announces a build.
 */
export async function buildServer(say) {
  const pin = await pinned();
  const whyNot = await whyNotGo(pin.goMinor);
  if (whyNot !== undefined) return { problem: whyNot };

  const { failed, text: goVersion } = await go(['env', 'GOVERSION']);
  if (failed)
    return { problem: `Go 1.${pin.goMinor} could not be fetched: ${lastLine(goVersion)}` };
  const bin = join(cacheFolder(), nameOf(pin, goVersion.replaceAll(/[^\w.-]/g, '_')));
  if ((await versionOf(bin)) === pin.version) return { bin, built: false };

  say(`Building LiveKit server ${pin.version} with ${goVersion}, once; it takes some minutes.`);
  const problem = await compile(bin, pin.version);
  return problem === undefined ? { bin, built: true } : { problem };
}

/** Writes to a name of its own and renames, so that nobody ever runs half a binary. */
async function compile(bin, version) {
  const unfinished = `${bin}.${process.pid}.tmp`;
  await mkdir(cacheFolder(), { recursive: true });
  try {
    const main = 'github.com/livekit/livekit-server/cmd/server';
    const { failed, text } = await go(['build', ...flags, '-o', unfinished, main]);
    if (failed) return `go build failed: ${lastLine(text)}`;
    if ((await versionOf(unfinished)) !== version) return 'what go build made does not run';
    await rename(unfinished, bin);
    return undefined;
  } finally {
    await rm(unfinished, { force: true });
  }
}

const lastLine = (text) => text.split('\n').at(-1);
