import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { WorkerError } from '../errors.js';
import type { AgentSource } from '../machines/job-process.types.js';
import { WorkerOptions } from '../worker-options.js';
import { isOptions, optionsFrom } from './app-options.js';
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

/** What a file may take, in milliseconds; a test sets its own. */
export interface LoadLimits {
  /** Until it is imported; 30 s by default, which is long also for models and compilers. */
  readonly importMs?: number;
  /** From then until it calls `cli.runApp`; 5 s by default. */
  readonly callMs?: number;
}

/**
 * Imports a file for its options only: it calls `cli.runApp`, or exports options or an agent
 * definition as default.
 *
 * @throws WorkerError `ERR_AGENT_MODULE` when it does not load, does not finish loading, or has no
 * agent; `ERR_INVALID_OPTIONS` when it calls `cli.runApp` with something else.
 */
export async function loadAgent(
  entry: string,
  { importMs = 30_000, callMs = 5_000 }: LoadLimits = {},
): Promise<LoadedAgent> {
  const { href } = pathToFileURL(entry);
  const handed = new Promise<{ given: unknown; environment: AppEnvironment }>((resolve) =>
    installHost((given, environment) => resolve({ given, environment })),
  );
  const exported = defaultOf(await imported(entry, href, importMs));
  // A call counts more than an export, and is the only hope where nothing is exported.
  const told = isAgent(exported)
    ? await Promise.race([handed, undefined])
    : await untilIdle(handed, callMs);
  if (typeof told === 'object') {
    const { given, environment } = told;
    return { options: optionsFrom(given), environment, agent: { url: href, form: 'file' } };
  }
  if (!isAgent(exported)) {
    throw refused(
      entry,
      'it neither calls cli.runApp(options) nor exports options or an agent as default',
    );
  }
  return {
    options: isOptions(exported) ? exported : new WorkerOptions<unknown>({ agent: href }),
    agent: { url: href, form: 'module' },
    environment: {},
  };
}

/** Imports a file, or tells that it never finishes: an `await` in its body may wait for nothing. */
async function imported(entry: string, href: string, limitMs: number): Promise<object> {
  const module = import(href).catch((error) => {
    throw importFailure(entry, href, error);
  });
  const loaded = await untilIdle<object>(module, limitMs);
  if (typeof loaded === 'object') return loaded;
  const symptom =
    loaded === 'idle'
      ? 'it never finishes loading'
      : `it has not loaded after ${limitMs / 1_000} s`;
  throw refused(entry, `${symptom}: an await in its body waits for something that does not come`);
}

const refused = (entry: string, why: string): WorkerError =>
  new WorkerError('ERR_AGENT_MODULE', `cannot load ${basename(entry)}: ${why}`);

/** The default export; CommonJS that was compiled from ESM has it one level deeper. */
const defaultOf = ({ default: exported }: { readonly default?: unknown }): unknown =>
  !isAgent(exported) && typeof exported === 'object' && exported !== null && 'default' in exported
    ? exported.default
    : exported;

const markers = ['livekit-actors.AgentDefinition', 'livekit.agents.AgentDefinition'].map((name) =>
  Symbol.for(name),
);

const isDefinition = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && markers.some((marker) => marker in value);

const isAgent = (value: unknown): boolean => isOptions(value) || isDefinition(value);

/** Waits for work, until nothing in this process can happen any more or its time has passed. */
const untilIdle = <Result>(
  work: Promise<Result>,
  limitMs: number,
): Promise<Result | 'idle' | 'late'> => {
  let stop = () => {};
  const nothingMore = new Promise<'idle' | 'late'>((resolve) => {
    const timer = setTimeout(resolve, limitMs, 'late').unref();
    const onIdle = () => resolve('idle');
    process.once('beforeExit', onIdle);
    stop = () => {
      clearTimeout(timer);
      process.off('beforeExit', onIdle);
    };
  });
  return Promise.race([work, nothingMore]).finally(stop);
};
