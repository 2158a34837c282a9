import { type OptionName, optionTable } from '../options/table.js';

/** Flags that set an option: what stands for the value in the help, and what the help says. */
const helpOf: Partial<Record<OptionName, readonly [value: string, help: string]>> = {
  url: ['url', 'address of the LiveKit server (LIVEKIT_URL)'],
  apiKey: ['key', 'API key (better: LIVEKIT_API_KEY)'],
  apiSecret: ['secret', 'API secret (better: LIVEKIT_API_SECRET)'],
  agentName: ['name', 'name for explicit dispatch (LIVEKIT_AGENT_NAME)'],
  logLevel: ['level', 'trace, debug, info, warn, error, fatal or silent'],
  drainTimeout: ['time', 'how long jobs may go on after the first signal: 90s, 30m, 1h, Infinity'],
  numIdleProcesses: ['n', 'warm processes kept ready'],
  maxJobs: ['n', 'jobs at the same time'],
  loadThreshold: ['load', 'load from 0 to 1 at which no more jobs are taken'],
  port: ['port', 'port of the health endpoints; 0 takes a free one'],
  host: ['address', 'address that the health endpoints listen on'],
};

/** A flag of the commands that run a worker. */
export interface Flag {
  readonly option: OptionName;
  /** As commander reads it: `--port <port>`. */
  readonly syntax: string;
  readonly help: string;
}

/** Every flag that sets an option. */
export const optionFlags: readonly Flag[] = Object.entries(helpOf).map(([name, [value, help]]) => {
  const option = name as OptionName;
  const row: { readonly flag?: string } = optionTable[option];
  return { option, syntax: `${row.flag} <${value}>`, help };
});

/** The name under which commander stores the value of a flag: `--api-key` is `apiKey`. */
export const storedAs = (syntax: string): string =>
  (syntax.split(' ')[0] ?? '')
    .slice(2)
    .replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The flags given that hold a secret, as they are written. */
export const secretFlags = (given: Readonly<Record<string, unknown>>): readonly string[] =>
  (['apiKey', 'apiSecret'] as const)
    .filter((option) => given[option] !== undefined)
    .map((option) => optionTable[option].flag ?? option);
