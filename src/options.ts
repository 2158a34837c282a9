import type { KeyPair } from './machines/connection.types.js';
import type { AgentSource } from './machines/job-process.types.js';
import type { Settings } from './machines/worker.types.js';
import { socketAddress } from './options/addresses.js';
import { closest } from './options/names.js';
import { invalidOptions, missingCredentials } from './options/problems.js';
import { givenProblems, readOptions, type Sources } from './options/read.js';
import { type OptionValues, optionTable, type WorkerOptionsInit } from './options/table.js';
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
  const { values, problems } = readOptions(optionTable, given, sources);
  const options = values as OptionValues;
  const agent = options.agent === undefined ? sources.agent : moduleOf(options.agent);
  const missing = credentialNames
    .filter((name) => options[name] === undefined)
    .map((name) => optionTable[name].env ?? name);

  const lacking = entrypointProblems(given);
  problems.push(...lacking);
  if (lacking.length === 0 && agent === undefined) problems.push(noAgent);
  if (problems.length > 0) {
    if (missing.length > 0) problems.push(`missing: ${missing.join(', ')}.`);
    throw invalidOptions(problems);
  }
  if (agent === undefined || missing.length > 0) throw missingCredentials(missing);
  return settingsOf(options, agent);
}

const moduleOf = (agent: URL | string): AgentSource => ({ url: String(agent), form: 'module' });

function settingsOf(options: OptionValues, agent: AgentSource): ResolvedOptions {
  const { url = '', apiKey = '', apiSecret = '', permissions = {}, logger, ...rest } = options;
  const { entrypointFnc, prewarmFnc, execArgv, env, envExclude, envSet, ...plain } = rest;
  return Object.freeze({
    // The check of each row and its default have made these complete.
    ...(plain as Required<typeof plain> as unknown as ResolvedOptions),
    agent: Object.freeze(agent),
    url: socketAddress(url),
    credentials: new Secret<KeyPair>(Object.freeze({ apiKey, apiSecret })),
    permissions: completePermissions(permissions),
    execArgv: Object.freeze([...(execArgv ?? [])]),
    env: env && Object.freeze([...env]),
    envExclude: Object.freeze([...(envExclude ?? [])]),
    envSet: envSet && new Secret(Object.freeze({ ...envSet })),
    version,
  });
}

export type { Mode } from './options/rows.js';
export type {
  EntrypointFnc,
  Logger,
  LogLevel,
  PrewarmFnc,
  WorkerOptionsInit,
} from './options/table.js';
