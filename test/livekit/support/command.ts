import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type History, startHistory } from '../../support/history.js';
import { type RecordingProxy, recordingProxy } from '../../support/recording-proxy.js';
import { server } from './server.js';
import { isKnownAs } from './worker.js';

interface Line {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** A worker in a process of its own, as `node agent.mjs start` runs it, from the built package. */
export interface StartedCommand {
  /** What stands between it and the server. */
  readonly proxy: RecordingProxy;
  readonly lines: History<Line>;
  /** The first line of its log about an event, from the past or the future. */
  hear(event: string): Promise<Line>;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** Starts a one-file agent of `test/fixtures/agents`; it is killed with the test if it is still there. */
export async function startCommand(agent: string, agentName: string): Promise<StartedCommand> {
  const proxy = await recordingProxy(server.url);
  const { PATH, HOME, NODE_ENV } = process.env;
  const child = spawn(process.execPath, [fixture(agent), 'start'], {
    env: {
      ...{ PATH, HOME, NODE_ENV, LIVEKIT_AGENT_NAME: agentName, LIVEKIT_URL: proxy.url },
      ...{ LIVEKIT_API_KEY: server.apiKey, LIVEKIT_API_SECRET: server.apiSecret },
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    await proxy.close();
  });

  const lines = startHistory<Line>((all) => JSON.stringify(all));
  createInterface({ input: child.stdout }).on('line', (line) => lines.add(JSON.parse(line)));
  await isKnownAs('WS_AVAILABLE', proxy);
  return {
    ...{ proxy, lines, ended },
    hear: (event) => lines.waitFor((line) => line.event === event, 15_000),
    signal: (name) => {
      child.kill(name);
    },
  };
}

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/agents/${name}.mjs`, import.meta.url));
