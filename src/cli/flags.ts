import type { Row } from '../options/rows.js';
import { type OptionName, optionTable } from '../options/table.js';
import type { Mode } from '../options.js';

/** The commands that run an agent. */
export type AgentCommand = 'start' | 'dev' | 'connect' | 'simulate';

/** A flag of the command line. */
export interface Flag {
  /** As commander reads it: `--port <port>`. */
  readonly syntax: string;
  readonly help: string;
  /** The heading above it in the help. */
  readonly group: string;
  /** Words that it takes, and others that it takes without saying so. */
  readonly choices?: readonly string[];
  readonly tacitChoices?: readonly string[];
  /** It may be given several times. */
  readonly repeats?: true;
  /** The option of a worker that it sets. */
  readonly option?: OptionName;
  /** The commands that have it; all that run an agent if it does not say. */
  readonly commands?: readonly AgentCommand[];
}

const workers: readonly AgentCommand[] = ['start', 'dev'];
const withServer: readonly AgentCommand[] = [...workers, 'connect'];
const oneJob: readonly AgentCommand[] = ['connect', 'simulate'];

const job: readonly Omit<Flag, 'group'>[] = [
  { syntax: '--room <name>', help: 'room to join (required)', commands: ['connect'] },
  { syntax: '--room <name>', help: 'name of the room', commands: ['simulate'] },
  {
    syntax: '--participant-identity <identity>',
    help: 'who in the room the agent attends to',
    commands: ['connect'],
  },
  {
    syntax: '--participant <identity>',
    help: 'somebody who is in the room before the agent',
    commands: ['simulate'],
  },
  {
    syntax: '--agent-identity <identity>',
    help: 'who the agent itself is in the room',
    commands: oneJob,
  },
  { syntax: '--metadata <text>', help: 'metadata of the job', commands: oneJob },
  {
    syntax: '--job-type <type>',
    help: 'what the job is for',
    choices: ['room', 'publisher', 'participant'],
    commands: ['simulate'],
  },
];

type OfOption = Pick<Flag, 'commands' | 'group'> & {
  /** What stands for the value in the help. */
  readonly value?: string;
  readonly help: string;
};

const server = 'Server:';
const jobs = 'Jobs:';
const log = 'Log:';
const health = 'Health endpoints:';

const ofOptions: Partial<Record<OptionName, OfOption>> = {
  url: {
    group: server,
    value: 'url',
    help: 'address of the server (LIVEKIT_URL)',
    commands: withServer,
  },
  apiKey: {
    group: server,
    value: 'key',
    help: 'API key; better set as LIVEKIT_API_KEY',
    commands: withServer,
  },
  apiSecret: {
    group: server,
    value: 'secret',
    help: 'its secret; better set as LIVEKIT_API_SECRET',
    commands: withServer,
  },
  agentName: {
    group: jobs,
    value: 'name',
    help: 'name for explicit dispatch (LIVEKIT_AGENT_NAME)',
  },
  numIdleProcesses: {
    group: jobs,
    value: 'n',
    help: 'warm processes kept ready',
    commands: workers,
  },
  maxJobs: { group: jobs, value: 'n', help: 'jobs at the same time', commands: workers },
  loadThreshold: {
    group: jobs,
    value: 'load',
    help: 'load from 0 to 1 at which no more jobs are taken',
    commands: workers,
  },
  drainTimeout: {
    group: jobs,
    value: 'time',
    help: 'how long jobs may go on after the first signal: 90s, 30m, 1h, Infinity',
  },
  logLevel: {
    group: log,
    value: 'level',
    help: 'trace, debug, info, warn, error, fatal or silent (LIVEKIT_LOG_LEVEL)',
  },
  port: {
    group: health,
    value: 'port',
    help: 'port they listen on; 0 takes a free one',
    commands: workers,
  },
  host: { group: health, value: 'address', help: 'address they listen on', commands: workers },
  http: { group: health, help: 'no health endpoints', commands: workers },
};

const flagsOfOptions: readonly Flag[] = Object.entries(ofOptions).map(
  ([name, { value, ...rest }]) => {
    const option = name as OptionName;
    const { flag = '' }: { readonly flag?: string } = optionTable[option];
    return { ...rest, option, syntax: value === undefined ? flag : `${flag} <${value}>` };
  },
);

/** Every flag of the commands that run an agent, in the order of their help. */
export const agentFlags: readonly Flag[] = [
  ...job.map((flag) => ({ ...flag, group: 'Job:' })),
  ...flagsOfOptions,
  {
    syntax: '--log-format <format>',
    help: 'form of the log lines',
    group: log,
    choices: ['json', 'pretty'],
    // What the Python SDK calls it.
    tacitChoices: ['colored'],
  },
  { syntax: '--json', help: 'short for --log-format json', group: log },
  {
    syntax: '--color <when>',
    help: 'colours in readable logs',
    group: log,
    choices: ['auto', 'always', 'never'],
  },
  {
    syntax: '--env-file <file>',
    help: 'file with variables; those that are set stay. May be repeated',
    group: 'Environment:',
    repeats: true,
  },
];

/** How a command writes its log. */
export const defaultFormat = (command: AgentCommand): 'json' | 'pretty' =>
  command === 'start' ? 'json' : 'pretty';

/** What the help says of a flag that is left out. */
export function defaultOf({ syntax, option }: Flag, command: AgentCommand): string | undefined {
  if (syntax.startsWith('--log-format')) return defaultFormat(command);
  if (syntax.startsWith('--color')) return 'auto';
  if (option === undefined || syntax.startsWith('--no-')) return undefined;
  const row: Row<unknown> = optionTable[option];
  const value = row.fallback?.(modeOf(command));
  if (value === Number.POSITIVE_INFINITY) return 'no limit';
  if (option === 'drainTimeout' && value === 3_600_000) return '1h';
  return value === undefined || value === '' ? undefined : String(value);
}

/** Only `start` has the defaults of production. */
export const modeOf = (command: AgentCommand): Mode => (command === 'start' ? 'start' : 'dev');

/** The flags of a command. */
export const flagsOf = (command: AgentCommand): readonly Flag[] =>
  agentFlags.filter(({ commands }) => commands === undefined || commands.includes(command));

/** The name of a flag as it is written: `--api-key`. */
export const nameOf = ({ syntax }: Pick<Flag, 'syntax'>): string => syntax.split(' ')[0] ?? '';

/** The flags given that hold a secret, as they are written. */
export const secretFlags = (given: Readonly<Record<string, unknown>>): readonly string[] =>
  (['apiKey', 'apiSecret'] as const)
    .filter((option) => given[option] !== undefined)
    .map((option) => optionTable[option].flag ?? option);
