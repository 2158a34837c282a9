import type { Command, CommanderError } from 'commander';
import type { ColourChoice } from '../observe/logger.js';
import type { Mode } from '../options.js';
import { version } from '../version.js';
import { exitCodes } from './exit-codes.js';
import { optionFlags, storedAs } from './flags.js';

/** What a command line asks for. */
export type Invocation =
  | {
      readonly command: Mode;
      /** The file of the agent; undefined in the form in which the file runs itself. */
      readonly entry: string | undefined;
      /** Texts of flags that set an option, by the option's name. */
      readonly flags: Readonly<Record<string, string>>;
      readonly format: 'json' | 'pretty';
      readonly colour: ColourChoice;
    }
  | { readonly command: 'dev-server'; readonly port: string | undefined }
  /** It is answered already: with help, a version or an error. */
  | { readonly command: 'none'; readonly exitCode: number };

interface Program {
  /** What people type to get here. */
  readonly name: string;
  /** The program of this package takes the agent's file as an argument and has more commands. */
  readonly takesEntry: boolean;
}

const summaries: Readonly<Record<Mode, string>> = {
  start: 'run the worker in production: JSON logs, drains on SIGTERM',
  dev: 'run the worker while writing the agent: readable logs',
};

/** Reads a command line. Wrong usage is told on the standard error and becomes an exit code. */
export async function readCommandLine(
  args: readonly string[],
  program: Program,
): Promise<Invocation> {
  const { Command } = await import('commander');
  const asked: Invocation[] = [];
  const root = new Command(program.name).version(version).exitOverride();
  for (const mode of ['start', 'dev'] as const) {
    addWorkerCommand(root, mode, program.takesEntry, (invocation) => asked.push(invocation));
  }
  if (program.takesEntry) addDevServer(root, (invocation) => asked.push(invocation));

  try {
    root.parse([...args], { from: 'user' });
  } catch (error) {
    return { command: 'none', exitCode: usageCode(error) };
  }
  return asked[0] ?? { command: 'none', exitCode: exitCodes.usage };
}

type Ask = (invocation: Invocation) => void;

function addWorkerCommand(root: Command, mode: Mode, takesEntry: boolean, ask: Ask): void {
  const command = root.command(mode).description(summaries[mode]);
  if (takesEntry) command.argument('<entry>', 'file of the agent');
  for (const { syntax, help } of optionFlags) command.option(syntax, help);
  command.addOption(
    command
      .createOption('--log-format <format>', 'form of the log lines')
      .choices(['json', 'pretty'])
      .default(mode === 'start' ? 'json' : 'pretty'),
  );
  command.addOption(
    command
      .createOption('--color <when>', 'colours in readable logs')
      .choices(['auto', 'always', 'never'])
      .default('auto'),
  );
  command.action(() => {
    const given = command.opts<Record<string, string>>();
    ask({
      command: mode,
      entry: command.args[0],
      flags: flagsOf(given),
      format: given.logFormat === 'json' ? 'json' : 'pretty',
      colour: (given.color ?? 'auto') as ColourChoice,
    });
  });
}

function addDevServer(root: Command, ask: Ask): void {
  const command = root
    .command('dev-server')
    .description('run a dispatch server without media for trying things out: devkey, secret')
    .option('--port <port>', 'port to listen on (default: 7880)');
  command.action(() => ask({ command: 'dev-server', port: command.opts().port }));
}

const flagsOf = (given: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    optionFlags.flatMap(({ option, syntax }) => {
      const value = given[storedAs(syntax)];
      return value === undefined ? [] : [[option, value]];
    }),
  );

const usageCode = (error: unknown): number => {
  const { code = '', exitCode } = error as Partial<CommanderError>;
  if (!code.startsWith('commander.')) throw error;
  return exitCode === 0 ? exitCodes.ok : exitCodes.usage;
};
