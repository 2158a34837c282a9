import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { TestServer } from '../../src/testing/index.js';
import { markedProcesses } from './marked-processes.js';
import { isRunning } from './processes.js';
import { seen } from './seen.js';

/** One line of JSON that a worker wrote. */
export type Line = Readonly<Record<string, unknown>> & { readonly event: string };

/** A worker as its users run it: a process of its own, which leads a group as in a terminal. */
export interface WorkerProgram {
  readonly pid: number;
  /** Its log so far. */
  lines(): readonly Line[];
  stdout(): string;
  stderr(): string;
  /** The first line of an event that `matches`, from the past or the future. */
  hear(event: string, matches?: (line: Line) => boolean): Promise<Line>;
  /** Waits until its server may offer jobs, and returns its first warm process. */
  warm(): Promise<number>;
  signal(signal: NodeJS.Signals): void;
  /** What Ctrl-C does in a terminal. */
  signalGroup(signal: NodeJS.Signals): void;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** What lives of it: itself, its children and their helpers. */
  left(): readonly number[];
  /** Resolves when nothing of it is left; it has a second for what it killed in its last moment. */
  gone(): Promise<void>;
}

interface Setup {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** A program, with its arguments, that starts Node; its own signals go to that. */
  readonly through?: readonly string[];
  /** The server to register with; without it there are no address and no credentials. */
  readonly server?: TestServer;
}

/** The path of an agent in `test/fixtures/agents`. */
export const agentFile = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/agents/${name}`, import.meta.url));

/** Runs Node with these arguments. The end of the test kills what is left of it. */
export function runProgram(args: readonly string[], setup: Setup = {}): WorkerProgram {
  const id = randomUUID();
  const [command = process.execPath, ...rest] = [
    ...(setup.through ?? []),
    process.execPath,
    ...args,
  ];
  const child = spawn(command, rest, {
    cwd: setup.cwd,
    detached: true,
    env: { ...cleanEnvironment(), ...credentials(setup), ...setup.env, WORKER_PROGRAM: id },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('Node could not be started.');
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );

  const lines = () => stdout.split('\n').flatMap(parseLine);
  const hear: WorkerProgram['hear'] = (event, matches = () => true) =>
    seen(() => lines().find((line) => line.event === event && matches(line))).catch(() => {
      throw new Error(`No line "${event}" in:\n${stdout}${stderr}`);
    });
  const left = () => {
    // Through another program it may be in a namespace, where its numbers mean others.
    const told = setup.through ? [] : lines().flatMap(({ pid, helper }) => [pid, helper]);
    const known = [pid, ...told].filter((it) => typeof it === 'number').filter(isRunning);
    return [...new Set([...known, ...markedProcesses(`WORKER_PROGRAM=${id}`)])];
  };
  onTestFinished(() => {
    for (const one of left()) process.kill(one, 'SIGKILL');
  });

  return {
    pid,
    lines,
    hear,
    left,
    exited,
    gone: async () => {
      await seen(() => left().length === 0 || undefined, 1_000).catch(() => {
        throw new Error(`These processes are left: ${left().join(', ')}.`);
      });
    },
    stdout: () => stdout,
    stderr: () => stderr,
    warm: async () => {
      const { pid } = await hear('process.ready');
      const { server } = setup;
      await server?.waitFor(() => server.workers.some(({ status }) => status === 'available'));
      return Number(pid);
    },
    signal: (signal) => void child.kill(signal),
    signalGroup: (signal) => void process.kill(-pid, signal),
  };
}

function cleanEnvironment(): Record<string, string | undefined> {
  const strange = /^(LIVEKIT_|VITEST|NODE_OPTIONS$|NODE_EXTRA_CA_CERTS$|FORCE_COLOR$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !strange.test(name)));
}

const credentials = ({ server }: Setup): Record<string, string> =>
  server === undefined
    ? {}
    : {
        LIVEKIT_URL: server.url,
        LIVEKIT_API_KEY: server.apiKey,
        LIVEKIT_API_SECRET: server.apiSecret.reveal(),
        LIVEKIT_LOG_LEVEL: 'debug',
      };

function parseLine(text: string): Line[] {
  try {
    return [JSON.parse(text) as Line];
  } catch {
    return [];
  }
}
