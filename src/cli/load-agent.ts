import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { WorkerError } from '../errors.js';
import type { AgentSource } from '../machines/job-process.types.js';
import { WorkerOptions } from '../worker-options.js';
import { installHost } from './host.js';
import { importFailure } from './import-failure.js';
import type { AppEnvironment } from './run-app.js';

/** Options, and where the processes of jobs find the agent. */
export interface LoadedAgent {
  readonly options: WorkerOptions<unknown>;
  readonly agent: AgentSource;
  /** Its policies and observers. */
  readonly environment: AppEnvironment;
}

/** A file may call `cli.runApp` some time after it was imported, but not for ever. */
const patienceMs = 5_000;

/**
 * Imports a file for its options only: it calls `cli.runApp`, or exports options or an agent
 * definition as default.
 */
export async function loadAgent(entry: string): Promise<LoadedAgent> {
  const { href } = pathToFileURL(entry);
  const handed = new Promise<Pick<LoadedAgent, 'options' | 'environment'>>((resolve) =>
    installHost((options, environment) => resolve({ options, environment })),
  );
  let exported: unknown;
  try {
    exported = defaultOf(await import(href));
  } catch (error) {
    throw importFailure(entry, href, error);
  }
  // A call counts more than an export, and is the only hope where nothing is exported.
  const told = await Promise.race([handed, isAgent(exported) ? undefined : nothingMore()]);
  if (told !== undefined) return { ...told, agent: { url: href, form: 'file' } };
  if (!isAgent(exported)) {
    throw new WorkerError(
      'ERR_AGENT_MODULE',
      `cannot load ${basename(entry)}: it neither calls cli.runApp(options) nor exports options or an agent as default`,
    );
  }
  return {
    options: isOptions(exported) ? exported : new WorkerOptions<unknown>({ agent: href }),
    agent: { url: href, form: 'module' },
    environment: {},
  };
}

/** The default export; CommonJS that was compiled from ESM has it one level deeper. */
const defaultOf = ({ default: exported }: { readonly default?: unknown }): unknown =>
  !isAgent(exported) && typeof exported === 'object' && exported !== null && 'default' in exported
    ? exported.default
    : exported;

// By shape, since the file may import another copy of this package.
const isOptions = (value: unknown): value is WorkerOptions<unknown> =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Partial<WorkerOptions<unknown>>).resolve === 'function' &&
  'definition' in value;

const markers = ['livekit-actors.AgentDefinition', 'livekit.agents.AgentDefinition'].map((name) =>
  Symbol.for(name),
);

const isDefinition = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && markers.some((marker) => marker in value);

const isAgent = (value: unknown): boolean => isOptions(value) || isDefinition(value);

/** Resolves when nothing in this process can call `cli.runApp` any more. */
const nothingMore = (): Promise<undefined> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), patienceMs);
    timer.unref();
    process.once('beforeExit', () => resolve(undefined));
  });
