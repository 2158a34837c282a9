import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { WorkerError } from '../../errors.js';
import type { AgentDefinition } from '../../job/agent-definition.js';
import { definitionIn, loadAgent } from '../../job/agent-module.js';
import { describeModuleError } from '../../job/module-error.js';
import { installRunner } from '../../job/registry.js';

/**
 * An agent to test: what `defineAgent` made, the two functions, or the options of a worker that
 * have them; or its file, by address or by path from the working directory.
 */
export type TestAgent<UserData = Record<string, unknown>> =
  | AgentDefinition<UserData>
  | { readonly definition: AgentDefinition<UserData> | undefined }
  | URL
  | string;

/** Where an agent comes from: it is there, or it has to be imported. */
export type AgentSource = () => AgentDefinition | Promise<AgentDefinition>;

/** @throws WorkerError `ERR_INVALID_ARGUMENT` for what is no agent. */
export function sourceOf(agent: unknown): AgentSource {
  if (typeof agent === 'string' || agent instanceof URL) {
    const url = urlOf(agent);
    return () => importOnce(url);
  }
  const found = isPlainAgent(agent) ? agent : definitionIn(agent);
  if (found) return () => found;
  throw new WorkerError(
    'ERR_INVALID_ARGUMENT',
    'runJob takes what defineAgent made, an object with an entrypoint, worker options with an entrypointFnc, or the URL or path of an agent file.',
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

/** A module runs once, so that a file which calls `cli.runApp` says only once what its agent is. */
const imported = new Map<string, Promise<AgentDefinition>>();
/** Only one file at a time may be taken for the one that calls `cli.runApp`. */
let importing: Promise<unknown> = Promise.resolve();

function importOnce(url: string): Promise<AgentDefinition> {
  const known = imported.get(url);
  if (known) return known;
  const found = importing.then(() => importAgent(url));
  importing = found.catch(() => imported.delete(url));
  imported.set(url, found);
  return found;
}

/** Imports a file as the process of a job does, and is no such process afterwards. */
async function importAgent(url: string): Promise<AgentDefinition> {
  const restore = installRunner({ define: () => {} });
  try {
    return await loadAgent({ url, form: 'module' });
  } catch (cause) {
    if (cause instanceof WorkerError) throw cause;
    throw new WorkerError('ERR_AGENT_MODULE', describeModuleError(url, cause), { cause });
  } finally {
    restore();
  }
}
