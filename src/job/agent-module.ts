import { setTimeout as pause } from 'node:timers/promises';
import { WorkerError } from '../errors.js';
import { type AgentDefinition, isAgentDefinition } from './agent-definition.js';
import { type ForeignAgent, foreignAgent, foreignMarker } from './foreign-agent.js';
import type { InitializeOrder } from './lifecycle.types.js';
import { placeOf } from './module-error.js';
import { installRunner } from './registry.js';

type Agent = InitializeOrder['agent'];

/** How long a file may take after its import until it calls `cli.runApp`. */
const patienceMs = 1_000;
/** `export default`, in a module that was compiled to CommonJS and is imported, is nested twice. */
const deepestDefault = 3;

/** An agent, of this package or of LiveKit's own. */
export type LoadedAgent = AgentDefinition & Partial<ForeignAgent>;

/** Imports the module at an address. */
export const importModule = (url: string): Promise<unknown> => import(url);

/**
 * Imports the user's module and finds the agent in it: what `cli.runApp` handed over, or the
 * default export.
 */
export async function loadAgent(
  { url, form }: Agent,
  load: (url: string) => Promise<unknown> = importModule,
): Promise<LoadedAgent> {
  const handedOver = new Promise<AgentDefinition>((resolve) => {
    installRunner({ define: (definition) => resolve(definition as AgentDefinition) });
  });
  const { default: exported } = (await load(url)) as { default?: unknown };

  const found =
    (form === 'module' ? definitionIn(exported) : undefined) ?? (await inTime(handedOver));
  if (found) return found;
  throw new WorkerError('ERR_AGENT_MODULE', `${placeOf(url)} ${missing[form]}`);
}

const inTime = async <Found>(found: Promise<Found>): Promise<Found | undefined> => {
  const timer = new AbortController();
  const late = pause(patienceMs, undefined, { signal: timer.signal }).catch(() => undefined);
  try {
    return await Promise.race([found, late]);
  } finally {
    timer.abort();
  }
};

const missing: Readonly<Record<Agent['form'], string>> = {
  file: 'does not call cli.runApp(new WorkerOptions({ entrypointFnc })). Call it in the body of that file.',
  module:
    'exports no agent. Write "export default defineAgent({ entrypoint: async (ctx) => { … } })" in it.',
};

/** Finds the agent in a default export. */
export function definitionIn(exported: unknown, depth = 0): LoadedAgent | undefined {
  if (typeof exported !== 'object' || exported === null || depth > deepestDefault) return undefined;
  if (isAgentDefinition(exported)) return exported;
  if (foreignMarker in exported) return foreignAgent(exported);
  if ('definition' in exported) return ownOptions(exported.definition);
  return 'default' in exported ? definitionIn(exported.default, depth + 1) : undefined;
}

/** Worker options, which hold an agent's functions beside the rest. */
const ownOptions = (definition: unknown): AgentDefinition | undefined =>
  typeof definition === 'object' &&
  definition !== null &&
  'entrypoint' in definition &&
  typeof definition.entrypoint === 'function'
    ? (definition as AgentDefinition)
    : undefined;
