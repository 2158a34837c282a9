// Runs a LiveKit server on free loopback ports, for tests and for people who try things out.
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { startGuarded } from './guarded.mjs';
import { freeTcpPort, freeUdpPort, loopbackInterface } from './ports.mjs';

const startTimeoutMs = 15_000;
const maxTries = 5;

/**
 * Starts the server and answers when it serves requests. A port that was taken in the meantime is
 * replaced, unless `config` names it. The server ends with this process, however this one ends.
 */
export async function startServer({ bin, keys = newKeys(), logLevel = 'info', config = {} }) {
  const mayChoose = config.port === undefined && config.rtc?.udp_port === undefined;
  for (let tries = 1; ; tries += 1) {
    const settings = await settingsFor({ keys, logLevel, config });
    const server = startGuarded(bin, JSON.stringify(settings));
    const problem = await startProblem(server, settings.port);
    if (problem === undefined) return handleOf(server, settings);
    await server.stop();
    const mayRetry = mayChoose && tries < maxTries && problem.includes('address already in use');
    if (!mayRetry) throw new Error(`The LiveKit server did not start: ${problem}`);
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

/** Waits until the server serves; answers why it does not, in its own words. */
async function startProblem(server, port) {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    if (server.verdict !== undefined) return deathOf(server);
    // It says this once it listens: an answer alone could come from whoever took the port.
    const listens = server.log.some(({ msg }) => msg === 'starting LiveKit server');
    if (listens && (await answers(port))) return undefined;
    await Promise.race([pause(20), server.exited]);
  }
  return `it does not answer within ${startTimeoutMs} ms`;
}

async function answers(port) {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      signal: AbortSignal.timeout(1_000),
    });
    return response.status === 200;
  } catch {
    return false;
  }
}

/** A bad start says why outside its JSON log, and exits with code 0. */
async function deathOf(server) {
  const { code, signal, error } = await server.exited;
  const said = server.log.filter(({ level }) => level === undefined).map(({ msg }) => msg.trim());
  return said.join(' ') || error || `it ended at once with ${signal ?? `code ${code}`}`;
}

function handleOf({ pid, log, onLog, exited, stop }, { port, keys }) {
  const [[apiKey, apiSecret]] = Object.entries(keys);
  return { url: `ws://127.0.0.1:${port}`, apiKey, apiSecret, pid, log, onLog, exited, stop };
}
