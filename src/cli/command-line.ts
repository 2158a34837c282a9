import type { Command, CommanderError } from 'commander';
import type { ColourChoice } from '../observe/logger.js';
import { version } from '../version.js';
import { agentCommands, commandNames } from './commands.js';
import { exitCodes } from './exit-codes.js';
import {
  type AgentCommand,
  agentFlags,
  defaultFormat,
  defaultOf,
  type Flag,
  flagsOf,
  nameOf,
} from './flags.js';
import { inOneLine, wrongUsage } from './usage.js';

/** What a command that runs an agent was given. */
export interface AgentInvocation {
  readonly command: AgentCommand;
  /** The file of the agent, or its folder; undefined where the file runs itself, or is to be found. */
  readonly entry: string | undefined;
  /** What flags that set an option were given, by the option's name. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** The others by their name. */
  readonly more: Readonly<Record<string, string | undefined>>;
  readonly envFiles: readonly string[];
  readonly format: 'json' | 'pretty';
  readonly colour: ColourChoice;
}

/** What a command line asks for. */
export type Invocation =
  | AgentInvocation
  | { readonly command: 'dev-server'; readonly port: string | undefined }
  /** It is answered already: with help, a version or an error. */
  | { readonly command: 'none'; readonly exitCode: number };

/** Who reads a command line. */
export interface Program {
  /** What people type to get here. */
  readonly name: string;
  /** The program of this package takes the agent's file as an argument and has more commands. */
  readonly takesEntry: boolean;
}

type Commander = typeof import('commander');
type Ask = (invocation: Invocation) => void;
type Given = Readonly<Record<string, unknown>>;

/**
 * Reads a command line: flags stand before or after the command. Wrong usage is told in a line on
 * the standard error and becomes an exit code.
 */
export async function readCommandLine(
  args: readonly string[],
  program: Program,
): Promise<Invocation> {
  const commander = await import('commander');
  const asked: Invocation[] = [];
  const root = new commander.Command(program.name)
    .usage(program.takesEntry ? '<command> [file] [options]' : '<command> [options]')
    .version(version)
    .exitOverride()
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .configureOutput({ outputError: (text, write) => write(inOneLine(text, program)) });
  addFlags(commander, root, firstOfEachName(agentFlags), undefined);
  const ask: Ask = (invocation) => asked.push(invocation);
  for (const name of commandNames) addAgentCommand(commander, root, name, program, ask);
  if (program.takesEntry) addDevServer(root, ask);

  try {
    root.parse([...args], { from: 'user' });
  } catch (error) {
    return { command: 'none', exitCode: usageCode(error) };
  }
  return asked[0] ?? { command: 'none', exitCode: exitCodes.usage };
}

function addAgentCommand(
  commander: Commander,
  root: Command,
  name: AgentCommand,
  { takesEntry }: Program,
  ask: Ask,
): void {
  const { summary, more } = agentCommands[name];
  const command = root
    .command(name)
    .description(summary)
    .usage(takesEntry ? '[file] [options]' : '[options]')
    .addHelpText('after', `\n${more}`);
  if (takesEntry)
    command.argument('[file]', 'agent or its folder (default: main, app or agent here)');
  addFlags(commander, command, flagsOf(name), name);
  command.action(() => {
    const before = givenTo(root);
    const stray = agentFlags.find((flag) => keyOf(flag) in before && !has(command, nameOf(flag)));
    if (stray) wrongUsage(command, `${name} has no option '${nameOf(stray)}'`);
    ask(invocationOf(name, command, merged(before, givenTo(command))));
  });
}

function invocationOf(name: AgentCommand, command: Command, given: Given): AgentInvocation {
  if (name === 'connect' && given.room === undefined)
    wrongUsage(command, "connect needs the name of a room: '--room <name>'");
  const form = given.json === true ? 'json' : given.logFormat;
  return {
    command: name,
    entry: command.args[0],
    flags: Object.fromEntries(
      agentFlags.flatMap((flag) => {
        const value = given[keyOf(flag)];
        return flag.option === undefined || value === undefined ? [] : [[flag.option, value]];
      }),
    ),
    more: given as AgentInvocation['more'],
    envFiles: (given.envFile ?? []) as readonly string[],
    format: (form ?? defaultFormat(name)) === 'json' ? 'json' : 'pretty',
    colour: (given.color ?? 'auto') as ColourChoice,
  };
}

function addFlags(
  { Option, InvalidArgumentError }: Commander,
  command: Command,
  flags: readonly Flag[],
  /** Undefined where flags are taken and not explained. */
  name: AgentCommand | undefined,
): void {
  for (const flag of flags) {
    const { syntax, help, group, choices, tacitChoices = [], repeats } = flag;
    const option = new Option(syntax, help).helpGroup(group).hideHelp(name === undefined);
    const value = name && defaultOf(flag, name);
    if (value !== undefined) option.default(value, value);
    if (choices) {
      const known = [...choices, ...tacitChoices];
      option.choices(choices).argParser((value: string) => {
        if (known.includes(value)) return value;
        throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`);
      });
    }
    if (repeats) option.argParser((value: string, all: string[] = []) => [...all, value]);
    if (syntax === '--json') option.conflicts('logFormat');
    command.addOption(option);
  }
}

function addDevServer(root: Command, ask: Ask): void {
  const command = root
    .command('dev-server')
    .description('run a small server without media, to try things out')
    .usage('[options]')
    .option('--port <port>', 'port to listen on; 0 takes a free one (default: 7880)')
    .addHelpText('after', '\nIts key is devkey, its secret is secret. Jobs get a simulated room.');
  command.action(() => {
    const { port, ...others } = merged(givenTo(root), givenTo(command));
    const stray = agentFlags.find((flag) => keyOf(flag) in others);
    if (stray) wrongUsage(command, `dev-server has no option '${nameOf(stray)}'`);
    ask({ command: 'dev-server', port: port as string | undefined });
  });
}

/** The values that were written down, and not those that commander fills in. */
const givenTo = (command: Command): Given =>
  Object.fromEntries(
    Object.entries(command.opts()).filter(([key]) => command.getOptionValueSource(key) === 'cli'),
  );

/** Nearer to the command counts more; what may be repeated adds up. */
const merged = (before: Given, after: Given): Given => ({
  ...before,
  ...after,
  ...('envFile' in before &&
    'envFile' in after && {
      envFile: [...(before.envFile as string[]), ...(after.envFile as string[])],
    }),
});

const has = (command: Command, name: string): boolean =>
  command.options.some(({ long }) => long === name);

/** Two commands may explain the same flag differently. */
const firstOfEachName = (flags: readonly Flag[]): Flag[] =>
  flags.filter((flag, at) => flags.findIndex((it) => nameOf(it) === nameOf(flag)) === at);

/** The name under which commander stores the value of a flag: `--no-http` is `http`. */
const keyOf = (flag: Flag): string =>
  nameOf(flag)
    .replace(/^--(no-)?/, '')
    .replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

const usageCode = (error: unknown): number => {
  const { code = '', exitCode } = error as Partial<CommanderError>;
  if (!code.startsWith('commander.')) throw error;
  return exitCode === 0 ? exitCodes.ok : exitCodes.usage;
};
