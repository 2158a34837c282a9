import type { AgentDefinition } from './agent-definition.js';

/** The job runner of this process, as `cli.runApp` sees it. */
export interface Runner {
  /** Hands over the functions of an agent that was defined in one file with its options. */
  define<UserData>(definition: AgentDefinition<UserData>): void;
}

// Global, because the runner is one file and the user's module imports another copy of this code.
const key = Symbol.for('livekit-actors.runner');
const place = globalThis as { [key]?: Runner };

/** The runner of this process; undefined where the process is not a job process. */
export const currentRunner = (): Runner | undefined => place[key];

/** Makes this process a job process; answers what takes that back. */
export function installRunner(runner: Runner): () => void {
  const before = place[key];
  place[key] = runner;
  return () => {
    if (before) place[key] = before;
    else delete place[key];
  };
}
