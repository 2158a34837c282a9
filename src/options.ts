import { resolve } from 'node:path';
import type { KeyPair, SocketOptions } from './machines/connection.types.js';
import type { AgentSource } from './machines/job-process.types.js';
import type { Settings } from './machines/worker.types.js';
import { socketAddress } from './options/addresses.js';
import { adviceFor } from './options/advice.js';
import { closest } from './options/names.js';
import { invalidOptions, missingCredentials } from './options/problems.js';
import { givenProblems, readOptions, type Sources } from './options/read.js';
import type { Mode } from './options/rows.js';
import { type OptionValues, optionTable, type WorkerOptionsInit } from './options/table.js';
import { variableProblems } from './options/variables.js';
import { completePermissions } from './permissions.js';
import { Secret } from './secret.js';
import { version } from './version.js';

/** Options with every default filled in: complete, checked and frozen. */
export type ResolvedOptions = Settings;

/** Where values come from, beside the options themselves. */
export interface Resolution extends Sources {
  /** The file that the command line infers, for options without an agent module. */
  readonly agent?: AgentSource | undefined;
}

const credentialNames = ['url', 'apiKey', 'apiSecret'] as const;

const noEntrypoint = 'entrypointFnc: missing; it is the function that runs for each job.';

/** Whether a name is `entrypointFnc`, or a slip of it that is complained about already. */
const meansEntrypoint = (name: string): boolean => closest(name, ['entrypointFnc']) !== undefined;

/** What lacks both an entrypoint and a module that has one. */
const entrypointProblems = (given: Readonly<Record<string, unknown>>): readonly string[] =>
  given.agent === undefined && !Object.keys(given).some(meansEntrypoint) ? [noEntrypoint] : [];

/** Refuses options that are wrong in themselves, whatever flags and variables say. */
export function checkGiven<UserData>(given: WorkerOptionsInit<UserData>): void {
  const problems = [...givenProblems(optionTable, given), ...entrypointProblems(given)];
  if (problems.length > 0) throw invalidOptions(problems);
}

/** What is missing unless the file of the agent is known from elsewhere. */
const noAgent =
  "agent: missing. Each process imports the agent, and only cli.runApp knows its file; write agent: new URL('./agent.js', import.meta.url), or start with cli.runApp.";

/**
 * Fills in and checks all options at once, so that one error names everything that is wrong. A
 * flag beats an option, an option beats a variable, a variable beats the default.
 */
export function resolveOptions<UserData>(
  given: WorkerOptionsInit<UserData>,
  sources: Resolution,
): ResolvedOptions {
  const { values, problems, origins } = readOptions(optionTable, given, sources);
  const options = values as OptionValues;
  const agent = options.agent === undefined ? sources.agent : moduleOf(options.agent);
  const missing = credentialNames
    .filter((name) => options[name] === undefined && !options.unregistered)
    .map((name) => optionTable[name].env ?? name);

  const lacking = entrypointProblems(given);
  problems.push(...variableProblems(sources.env), ...lacking);
  if (lacking.length === 0 && agent === undefined) problems.push(noAgent);
  if (problems.length > 0) {
    if (missing.length > 0) problems.push(`missing: ${missing.join(', ')}.`);
    throw invalidOptions(problems);
  }
  if (agent === undefined || missing.length > 0) throw missingCredentials(missing);
  return settingsOf(options, agent, {
    mode: sources.mode,
    agentNameIsEnv: isVariable(origins.agentName),
  });
}

/** Whether a value comes from a variable and not from a flag. */
const isVariable = (origin: string | undefined): boolean =>
  origin !== undefined && !origin.startsWith('--');

const moduleOf = (agent: URL | string): AgentSource => ({ url: String(agent), form: 'module' });

function settingsOf(
  options: OptionValues,
  agent: AgentSource,
  { mode, agentNameIsEnv }: { readonly mode: Mode; readonly agentNameIsEnv: boolean },
): ResolvedOptions {
  const { url = '', apiKey = '', apiSecret = '', logger, ...rest } = options;
  const { entrypointFnc, prewarmFnc, execArgv, env, envExclude, envSet, ...more } = rest;
  const { httpProxy, caFile, workerToken, textFrames, userArguments, ...plain } = more;
  const permissions = completePermissions(options.permissions ?? {});
  const hosted = workerToken !== undefined;
  return Object.freeze({
    // The check of each row and its default have made these complete.
    ...(plain as Required<typeof plain> as unknown as ResolvedOptions),
    ...(hosted && { loadFnc: undefined, loadThreshold: defaultThreshold(mode) }),
    agent: Object.freeze(agent),
    agentNameIsEnv,
    url: socketAddress(url),
    credentials: new Secret<KeyPair>(Object.freeze({ apiKey, apiSecret })),
    permissions,
    socket: socketOptions({ httpProxy, caFile, workerToken, textFrames }),
    advice: adviceFor({
      url: options.url && socketAddress(url),
      permissions,
      hosted,
      loadOptions: loadOptions(options, mode),
    }),
    execArgv: Object.freeze([...(execArgv ?? [])]),
    env: env && Object.freeze([...env]),
    envExclude: Object.freeze([...(envExclude ?? [])]),
    userArguments: new Secret(userArguments),
    mode,
    envSet: envSet && new Secret(Object.freeze({ ...envSet })),
    version,
  });
}

const defaultThreshold = (mode: Mode): number => optionTable.loadThreshold.fallback?.(mode) ?? 0.7;

/** What was given about load, and would be ignored where the host of the worker decides. */
const loadOptions = (
  { loadFnc, loadThreshold }: OptionValues,
  mode: Mode,
): readonly ('loadFnc' | 'loadThreshold')[] => [
  ...(loadFnc === undefined ? [] : (['loadFnc'] as const)),
  ...(loadThreshold === defaultThreshold(mode) ? [] : (['loadThreshold'] as const)),
];

const socketOptions = ({
  httpProxy,
  caFile,
  workerToken,
  textFrames,
}: Pick<OptionValues, 'httpProxy' | 'caFile' | 'workerToken' | 'textFrames'>): SocketOptions =>
  Object.freeze({
    httpProxy: typeof httpProxy === 'string' ? new Secret(httpProxy) : httpProxy,
    caFile: caFile && resolve(caFile),
    workerToken: workerToken === undefined ? undefined : new Secret(workerToken),
    textFrames,
  });

export type {
  EntrypointFnc,
  Logger,
  LogLevel,
  PrewarmFnc,
  WorkerOptionsInit,
} from './options/table.js';
export type { Mode };
