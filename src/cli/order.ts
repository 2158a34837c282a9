import type { AgentSource } from '../machines/job-process.types.js';
import type { LogLine } from '../observe/log-lines.js';
import { filtered, jsonSink, type LogSink, loggerSink, prettySink } from '../observe/logger.js';
import type { ResolvedOptions } from '../options.js';
import type { WorkerOptions } from '../worker-options.js';
import type { AgentInvocation } from './command-line.js';
import { modeOf, secretFlags } from './flags.js';
import type { AppEnvironment } from './run-app.js';

/** A command, and the agent it is for. */
export interface Order {
  readonly invocation: AgentInvocation;
  readonly options: WorkerOptions<unknown>;
  readonly environment: AppEnvironment;
  readonly entry: string;
  readonly agent: AgentSource;
  /** The loader that the processes of jobs need for the agent's file. */
  readonly loader: string | undefined;
}

/**
 * The settings for a command: only `start` has those of production. `flags` beat those that were
 * given.
 *
 * @throws WorkerError for what is wrong or missing.
 */
export function settingsFor(
  { invocation, options, agent, loader }: Order,
  flags: Readonly<Record<string, unknown>> = {},
): ResolvedOptions {
  const settings = options.resolve({
    mode: modeOf(invocation.command),
    env: process.env,
    flags: { ...invocation.flags, ...flags },
    agent,
  });
  if (loader === undefined) return settings;
  return Object.freeze({
    ...settings,
    execArgv: Object.freeze([...settings.execArgv, '--import', loader]),
  });
}

/** Opens the log of a command, and says first what is wrong with how it was called. */
export async function openLog(
  { invocation, options }: Pick<Order, 'invocation' | 'options'>,
  { logLevel }: Pick<ResolvedOptions, 'logLevel'>,
): Promise<LogSink> {
  const { format, colour } = invocation;
  const sink = filtered(
    logLevel,
    options.logger !== undefined
      ? withLastWords(loggerSink(options.logger), await prettySink(process.stderr, colour))
      : format === 'json'
        ? await jsonSink()
        : await prettySink(process.stderr, colour),
  );
  for (const line of warnings(invocation)) sink.write(line);
  return sink;
}

/** A logger may be slow, and the process ends: what ended it is told on the terminal as well. */
const withLastWords = (logger: LogSink, terminal: LogSink): LogSink => ({
  write: (line, time) => {
    logger.write(line, time);
    if (line.level === 'fatal') terminal.write(line, time);
  },
  close: async () => void (await Promise.all([logger.close(), terminal.close()])),
});

const warnings = ({ flags }: Pick<AgentInvocation, 'flags'>): LogLine[] =>
  secretFlags(flags).map((flag) => ({
    level: 'warn',
    event: 'cli.secret_in_arguments',
    msg: `${flag} can be read in the process list by everybody on this machine; set the variable instead`,
    fields: {},
  }));
