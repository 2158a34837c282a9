import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { startServer } from '../../scripts/livekit-server/run.mjs';
import { liveKitBinary } from '../support/livekit.js';

const bin = (await liveKitBinary(() => {})) ?? '';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const start = async (config = {}) => {
  const server = await startServer({ bin, config });
  cleanups.push(server.stop);
  return server;
};

const statusAt = (url: string) =>
  fetch(url.replace('ws', 'http')).then(
    ({ status }) => status,
    () => 'refused',
  );

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** A process that started a server and does nothing about its end. */
async function holder() {
  const file = fileURLToPath(new URL('../fixtures/holds-livekit-server.mjs', import.meta.url));
  const child = spawn(process.execPath, [file, bin], { stdio: ['ignore', 'pipe', 'inherit'] });
  cleanups.push(() => child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  return { child, ...(JSON.parse(String(line)) as { pid: number; url: string }) };
}

describe.runIf(bin)('a LiveKit server that was started', () => {
  it('answers on a loopback port with its key, its secret and its log', async () => {
    const server = await start();

    expect(await statusAt(server.url)).toBe(200);
    expect(server.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+$/);
    expect(server.apiKey).toBe('devkey');
    expect(server.apiSecret.length).toBeGreaterThanOrEqual(32);
    expect(server.log.map(({ msg }) => msg)).toContain('starting LiveKit server');
  });

  it('is gone when stop says so, also when it was asked at once and twice', async () => {
    const server = await start();

    const verdicts = await Promise.all([server.stop(), server.stop(), server.exited]);

    expect(verdicts).toEqual(Array(3).fill({ code: 0, signal: null }));
    expect(isAlive(server.pid)).toBe(false);
    expect(await statusAt(server.url)).toBe('refused');
  });

  it('tells when it ends unasked', async () => {
    const server = await start();

    process.kill(server.pid, 'SIGKILL');

    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('ends with its parent, also by %s', async (signal) => {
    const { child, pid, url } = await holder();
    expect(await statusAt(url)).toBe(200);

    child.kill(signal);

    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
    expect(await statusAt(url)).toBe('refused');
  });

  it.runIf(process.platform === 'linux')(
    'does not outlive the guard that stands between',
    async () => {
      const server = await start();
      const guard = Number(readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(' ')[3]);

      process.kill(guard, 'SIGKILL');

      expect(await server.exited).toMatchObject({ signal: 'SIGKILL' });
      expect(await statusAt(server.url)).toBe('refused');
    },
  );

  it('keeps other servers alive side by side, each on ports of its own', async () => {
    const servers = await Promise.all([start(), start(), start()]);

    expect(await Promise.all(servers.map(({ url }) => statusAt(url)))).toEqual([200, 200, 200]);
    expect(new Set(servers.map(({ url }) => url)).size).toBe(3);
  });
});

describe.runIf(bin)('a LiveKit server that cannot start', () => {
  it('says that the port it was told to use is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    cleanups.push(() => taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;

    await expect(start({ port })).rejects.toThrow(
      `The LiveKit server did not start: listen tcp 127.0.0.1:${port}: bind: address already in use`,
    );
  });

  it('says which setting it does not know', async () => {
    await expect(start({ nonsense: 1 })).rejects.toThrow(/field nonsense not found/);
  });
});
