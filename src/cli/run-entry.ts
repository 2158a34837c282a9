import type { AgentInvocation } from './command-line.js';
import { entryNamed } from './entry.js';
import { loadEnvFiles } from './env-files.js';
import { loadAgent } from './load-agent.js';
import { runCommand } from './run-command.js';
import { loaderFor, thisRuntime } from './typescript.js';

/** Runs a command of an agent that was named on the command line, or is to be found. */
export async function runEntry(invocation: AgentInvocation): Promise<number> {
  loadEnvFiles(invocation);
  const entry = entryNamed(invocation.entry);
  const loader = loaderFor(entry, thisRuntime());
  if (loader !== undefined) await import(loader);
  const { options, agent, environment } = await loadAgent(entry);
  return runCommand({ invocation, options, environment, entry, agent, loader });
}
