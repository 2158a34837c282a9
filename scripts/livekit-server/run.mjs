// Runs a LiveKit server on free loopback ports, for tests and for people who try things out.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freeTcpPort, freeUdpPort, loopbackInterface } from './ports.mjs';

const guardFile = fileURLToPath(new URL('./guard.mjs', import.meta.url));
const keptLines = 20_000;
const startTimeoutMs = 15_000;
const triesForFreePorts = 5;

/**
 * Starts the server and answers when it serves requests. A port that was taken in the meantime is
 * replaced, unless `config` names it. It ends with this process, however this process ends.
 */
export async function startServer({ bin, keys = newKeys(), logLevel = 'info', config = {} }) {
  for (let tries = 1; ; tries += 1) {
    const settings = await settingsFor({ keys, logLevel, config });
    const server = launch(bin, JSON.stringify(settings));
    const problem = await startProblem(server, settings.port);
    if (problem === undefined) return handleOf(server, settings);
    await server.stop();
    if (tries === triesForFreePorts || !problem.includes('address already in use')) {
      throw new Error(`The LiveKit server did not start: ${problem}`);
    }
  }
}

const newKeys = () => ({ devkey: randomBytes(24).toString('hex') });

async function settingsFor({ keys, logLevel, config }) {
  return {
    port: await freeTcpPort(),
    bind_addresses: ['127.0.0.1'],
    keys,
    logging: { level: logLevel, json: true },
    room: { empty_timeout: 60, departure_timeout: 5 },
    ...config,
    rtc: {
      // Unset, this one listens on every interface, whatever `bind_addresses` says.
      tcp_port: 0,
      udp_port: await freeUdpPort(),
      node_ip: '127.0.0.1',
      use_external_ip: false,
      enable_loopback_candidate: true,
      interfaces: { includes: [loopbackInterface()] },
      ...config.rtc,
    },
  };
}

/** Starts the guard, which starts the server; collects what both say. */
function launch(bin, config) {
  const guard = spawn(process.execPath, [guardFile], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  const server = { lines: [], listeners: new Set(), pid: undefined, ended: false };
  let verdict = { code: null, signal: null, error: 'its guard ended' };

  for (const stream of [guard.stdout, guard.stderr]) {
    createInterface({ input: stream }).on('line', (line) => hear(server, line));
  }
  guard.on('message', ({ type, ...rest }) => {
    if (type === 'spawned') server.pid = rest.pid;
    else verdict = rest;
  });
  guard.send({ bin, config });

  // `close` comes after the last line. A guard that was killed leaves its server to us.
  server.exited = once(guard, 'close').then(() => {
    server.ended = true;
    if (verdict.error === 'its guard ended' && server.pid) killGroup(server.pid);
    return verdict;
  });
  server.stop = () => {
    if (guard.connected) guard.send({ type: 'stop' });
    return server.exited;
  };
  return server;
}
