import { entryNamed } from './entry.js';
import { loadAgent } from './load-agent.js';
import { runCommand, type WorkerInvocation } from './run-command.js';
import { loaderFor, thisRuntime } from './typescript.js';

/** Runs a worker for an agent file that was named on the command line. */
export async function runEntry(invocation: WorkerInvocation): Promise<number> {
  const entry = entryNamed(invocation.entry ?? '');
  const loader = loaderFor(entry, thisRuntime());
  if (loader !== undefined) await import(loader);
  const { options, agent, environment } = await loadAgent(entry);
  return runCommand({ invocation, options, environment, entry, agent, loader });
}
