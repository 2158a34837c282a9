import type { ChildProcess } from 'node:child_process';
import type { Exit, Fact } from '../machines/job-process.types.js';
import { removeDirectory } from './child-directory.js';
import { failureOf } from './failure.js';

/** What is said last. */
export type Verdict = ReturnType<typeof verdictOf>;

/**
 * Says once how a child ended, whichever of the events comes first; of one that was killed, when its
 * directory is gone.
 */
export function verdictOf(sendBack: (fact: Fact) => void, directory: string) {
  let given = false;
  const close = (exit: Exit): void => {
    if (given) return;
    given = true;
    const say = () => sendBack({ type: 'child.closed', ...exit });
    if (exit.signal === null) say();
    else void removeDirectory(directory).then(say);
  };
  const failSpawn = (error: unknown): void => {
    if (given) return;
    sendBack({ type: 'child.failed', error: failureOf(error, 'ERR_SPAWN_FAILED') });
    close({ code: errnoOf(error), signal: null });
  };
  return { isIn: () => given, close, failSpawn };
}

interface Witness {
  readonly say: (fact: Fact) => void;
  readonly verdict: Verdict;
  /** The last lines of its standard error. */
  readonly lastLines: () => readonly string[];
}

/** Reports the birth and the end of a process. */
export function reportLife(child: ChildProcess, { say, verdict, lastLines }: Witness): void {
  const { pid } = child;
  const birth = performance.now();
  child.once('spawn', () => pid !== undefined && say({ type: 'child.spawned', pid }));
  child.on('error', (error) => {
    // Of a running child an error is a failed send, and no verdict: `close` follows and is.
    if (pid === undefined) verdict.failSpawn(error);
  });
  child.once('exit', (code, signal) => say({ type: 'child.exited', code, signal }));
  child.once('close', (code, signal) => {
    signalGroup(child, 'SIGKILL'); // helpers that outlived their leader
    const ranMs = Math.round(performance.now() - birth);
    if (!verdict.isIn()) say({ type: 'child.recorded', ranMs, stderr: lastLines() });
    verdict.close({ code, signal });
  });
}

/** Signals a child and its helpers. It does not throw when they are gone. */
export function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}

function errnoOf(error: unknown): number | null {
  const { errno } = Object(error) as { errno?: unknown };
  return typeof errno === 'number' ? errno : null;
}
