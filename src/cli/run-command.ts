import type { AgentSource } from '../machines/job-process.types.js';
import type { Settings } from '../machines/worker.types.js';
import type { LogLine } from '../observe/log-lines.js';
import { filtered, jsonSink, type LogSink, loggerSink, prettySink } from '../observe/logger.js';
import { shownAddress } from '../options/addresses.js';
import type { ResolvedOptions } from '../options.js';
import { version } from '../version.js';
import type { WorkerOptions } from '../worker-options.js';
import { showBanner } from './banner.js';
import type { Invocation } from './command-line.js';
import { secretFlags } from './flags.js';
import type { AppEnvironment } from './run-app.js';

/** A command that runs a worker. */
export type WorkerInvocation = Extract<Invocation, { readonly flags: object }>;

interface Order {
  readonly invocation: WorkerInvocation;
  readonly options: WorkerOptions<unknown>;
  readonly environment: AppEnvironment;
  readonly entry: string;
  readonly agent: AgentSource;
  /** The loader that the processes of jobs need for the agent's file. */
  readonly loader: string | undefined;
}

/** Runs a worker for a command and returns its exit code. Throws for mistakes in the options. */
export async function runCommand(order: Order): Promise<number> {
  const { invocation, options, environment, entry } = order;
  const settings = settingsFor(order);
  const sink = filtered(settings.logLevel, await sinkFor(invocation, options));
  for (const line of warnings(invocation)) sink.write(line);
  const { command: mode, format, colour } = invocation;
  if (format === 'pretty' && process.stderr.isTTY) showBanner({ mode, settings, entry, colour });
  else sink.write(startLine(mode, settings));
  const { runRealWorker } = await import('./real-worker.js');
  return runRealWorker({ settings, sink, environment });
}

function settingsFor({ invocation, options, agent, loader }: Order): ResolvedOptions {
  const { command: mode, flags } = invocation;
  const settings = options.resolve({ mode, env: process.env, flags, agent });
  if (loader === undefined) return settings;
  return Object.freeze({
    ...settings,
    execArgv: Object.freeze([...settings.execArgv, '--import', loader]),
  });
}

const sinkFor = async (
  { format, colour }: WorkerInvocation,
  { logger }: WorkerOptions<unknown>,
): Promise<LogSink> => {
  if (logger !== undefined) return loggerSink(logger);
  return format === 'json' ? await jsonSink() : prettySink(process.stderr, colour);
};

const startLine = (
  mode: string,
  { url, numIdleProcesses, loadThreshold, maxJobs }: Settings,
): LogLine => ({
  level: 'info',
  event: 'worker.starting',
  msg: `livekit-actors ${version} starts in ${mode} mode`,
  fields: {
    version,
    node: process.versions.node,
    url: shownAddress(url),
    num_idle_processes: numIdleProcesses,
    load_threshold: String(loadThreshold),
    max_jobs: String(maxJobs),
  },
});

const warnings = ({ flags }: WorkerInvocation): LogLine[] =>
  secretFlags(flags).map((flag) => ({
    level: 'warn',
    event: 'cli.secret_in_arguments',
    msg: `${flag} can be read in the process list by everybody on this machine; set the variable instead`,
    fields: {},
  }));
