import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { WorkerError } from '../../errors.js';
import type { AgentDefinition } from '../../job/agent-definition.js';
import { definitionIn, importModule, loadAgent } from '../../job/agent-module.js';
import { describeModuleError } from '../../job/module-error.js';
import { installRunner } from '../../job/registry.js';

/**
 * An agent to test: what `defineAgent` made, the two functions, or the options of a worker that
 * have them. Or its file: a function that imports it, or its address or path from the working
 * directory, which Node must then be able to import by itself.
 */
export type TestAgent<UserData = Record<string, unknown>> =
  | AgentDefinition<UserData>
  | { readonly definition: AgentDefinition<UserData> | undefined }
  | (() => Promise<unknown>)
  | URL
  | string;

/** Where an agent comes from: it is there, or it has to be imported. */
export type AgentSource = () => AgentDefinition | Promise<AgentDefinition>;

/** @throws WorkerError `ERR_INVALID_ARGUMENT` for what is no agent. */
export function sourceOf(agent: unknown): AgentSource {
  if (typeof agent === 'function') {
    return () => importInTurn('the agent', async () => agent());
  }
  if (typeof agent === 'string' || agent instanceof URL) {
    const url = urlOf(agent);
    return () => importInTurn(url);
  }
  const found = isPlainAgent(agent) ? agent : definitionIn(agent);
  if (found) return () => found;
  throw new WorkerError(
    'ERR_INVALID_ARGUMENT',
    'runJob takes what defineAgent made, an object with an entrypoint, worker options with an entrypointFnc, a function that imports an agent file, or its URL or path.',
  );
}

const isPlainAgent = (agent: unknown): agent is AgentDefinition =>
  typeof agent === 'object' &&
  agent !== null &&
  'entrypoint' in agent &&
  typeof agent.entrypoint === 'function';

const urlOf = (place: string | URL): string =>
  typeof place === 'string' && !/^\w{2,}:/.test(place)
    ? pathToFileURL(resolve(place)).href
    : String(place);

/** A module runs once, so a file that calls `cli.runApp` says only once what its agent is. */
const known = new WeakMap<object, AgentDefinition>();
/** Only one file at a time may be taken for the one that calls `cli.runApp`. */
let importing: Promise<unknown> = Promise.resolve();

function importInTurn(place: string, load?: () => Promise<unknown>): Promise<AgentDefinition> {
  const found = importing.then(() => importAgent(place, load));
  importing = found.catch(() => {});
  return found;
}

/** Imports a file as the process of a job does, and is no such process afterwards. */
async function importAgent(
  url: string,
  load: (url: string) => Promise<unknown> = importModule,
): Promise<AgentDefinition> {
  const restore = installRunner({ define: () => {} });
  let module: unknown;
  const loadOnce = async () => {
    module = await load(url);
    const definition = isObject(module) && known.get(module);
    return definition ? { default: { definition } } : Object(module);
  };
  try {
    const found = await loadAgent({ url, form: 'module' }, loadOnce);
    if (isObject(module)) known.set(module, found);
    return found;
  } catch (cause) {
    if (cause instanceof WorkerError && cause.code === 'ERR_AGENT_MODULE') throw cause;
    throw new WorkerError('ERR_AGENT_MODULE', describeModuleError(url, cause), { cause });
  } finally {
    restore();
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
