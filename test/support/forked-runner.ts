import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Job, JobType } from '@livekit/protocol';
import { onTestFinished } from 'vitest';
import {
  envelope,
  readFromChild,
  type ToChild,
  type ToParent,
} from '../../src/protocol/child-messages.js';
import { bundledRunner } from './runner-bundle.js';

type Said<Type extends ToParent['type']> = Extract<ToParent, { type: Type }>;
type Order<Type extends ToChild['type']> = Extract<ToChild, { type: Type }>;

/** A real job process, with this test in the place of its worker. */
export interface ForkedRunner {
  readonly child: ChildProcess;
  /** All it said so far, in order. */
  readonly said: readonly ToParent[];
  tell(message: ToChild): void;
  /** The first message of a type that `matches`, from the past or the future. */
  hear<Type extends ToParent['type']>(
    type: Type,
    matches?: (message: Said<Type>) => boolean,
  ): Promise<Said<Type>>;
  /** All that stood on its standard error. */
  stderr(): string;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** A job in a room in memory, with what a test wants to be different. */
export const startOrder = (
  overrides: Partial<Order<'start'>> = {},
  job: Job = new Job({ id: 'job-1', type: JobType.JT_ROOM, room: { name: 'lobby', sid: 'RM_1' } }),
): Order<'start'> => ({
  type: 'start',
  jobId: job.id,
  url: 'simulated:',
  token: 'token-of-the-job',
  record: Buffer.from(job.toBinary()).toString('base64'),
  participation: { name: 'Agent', identity: 'agent-job-1', metadata: '', attributes: {} },
  workerId: 'AW_1',
  ...overrides,
});

type InitializeOverrides = {
  [Name in Exclude<keyof Order<'initialize'>, 'agent'>]?: Order<'initialize'>[Name];
} & { form?: 'file' | 'module' };

/** The order to become warm with a module of `test/fixtures/agents`, or with another address. */
export const initializeOrder = (
  agent: string | URL,
  overrides: InitializeOverrides = {},
): Order<'initialize'> => {
  const { form = 'module', ...rest } = overrides;
  const url = agent instanceof URL ? agent : agentFixture(agent);
  return {
    type: 'initialize',
    agent: { url: url.href, form },
    graceMs: 300,
    callbackMs: 4_000,
    logLevel: 'debug',
    directory: join(tmpdir(), `livekit-actors-${randomUUID()}`),
    unhandledRejection: 'fail',
    ...rest,
  };
};

/** The address of an agent in `test/fixtures/agents`. */
export const agentFixture = (name: string): URL =>
  new URL(`../fixtures/agents/${name}.mjs`, import.meta.url);

interface ForkOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly execArgv?: readonly string[];
}

/** Forks the bundled runner as a worker does: a group of its own, and only a channel to talk. */
export function forkRunner({ env = {}, execArgv = [] }: ForkOptions = {}): ForkedRunner {
  // The certificates would cost each child a part of its start.
  const { NODE_EXTRA_CA_CERTS: _, NODE_OPTIONS: __, ...inherited } = process.env;
  const child = fork(bundledRunner(), [], {
    detached: true,
    execArgv: [...execArgv],
    env: { ...inherited, ...env },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  const said: ToParent[] = [];
  const listeners = new Set<() => void>();
  let stderr = '';
  let seq = 0;

  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  child.on('message', (raw) => {
    const read = readFromChild(raw);
    if ('problem' in read) throw new Error(`The runner said something wrong: ${read.problem}`);
    said.push(read.message);
    for (const listener of [...listeners]) listener();
  });
  child.on('error', () => {});
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
    // Node says no `close` where this side has closed the channel, and nothing can follow then.
    child.once('exit', (code, signal) => child.connected || resolve({ code, signal }));
  });
  onTestFinished(() => killGroupOf(child));

  return {
    child,
    said,
    ended,
    stderr: () => stderr,
    tell: (message) => child.send(envelope(message, seq++), () => {}),
    hear: (type, matches = () => true) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = said.find(
            (it): it is Said<typeof type> => it.type === type && matches(it as Said<typeof type>),
          );
          if (found) listeners.delete(look);
          if (found) resolve(found);
        };
        listeners.add(look);
        look();
        void ended.then(() =>
          reject(new Error(`It ended without "${type}": ${JSON.stringify(said)}`)),
        );
      }),
  };
}

interface Setup extends ForkOptions {
  readonly initialize?: Parameters<typeof initializeOrder>[1];
  readonly start?: Order<'start'>;
}

/** Forks a runner and makes it warm. */
export async function warmRunner(
  agent: string | URL,
  { initialize, ...fork }: Setup = {},
): Promise<ForkedRunner> {
  const runner = forkRunner(fork);
  runner.tell(initializeOrder(agent, initialize));
  await runner.hear('ready');
  return runner;
}

/** Forks a runner, makes it warm and has it run a job. */
export async function runningJob(agent: string | URL, setup: Setup = {}): Promise<ForkedRunner> {
  const runner = await warmRunner(agent, setup);
  runner.tell(setup.start ?? startOrder());
  await runner.hear('started');
  return runner;
}

/** Waits for a log line with this text. */
export const hearLog = (runner: ForkedRunner, text: string): Promise<Said<'log'>> =>
  runner.hear('log', ({ message }) => message === text);

function killGroupOf({ pid }: ChildProcess): void {
  try {
    if (pid) process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone, as it should be.
  }
}
