import type { ChildProcess } from 'node:child_process';
import type { Exit, Fact } from '../machines/job-process.types.js';
import { removeDirectory } from './child-directory.js';
import { failureOf } from './failure.js';

/** What is said last. */
export type Verdict = ReturnType<typeof verdictOf>;

/** Says once how a child ended, whichever of the events comes first. */
export function verdictOf(sendBack: (fact: Fact) => void) {
  let given = false;
  const close = (exit: Exit): void => {
    if (given) return;
    given = true;
    sendBack({ type: 'child.closed', ...exit });
  };
  const failSpawn = (error: unknown): void => {
    if (given) return;
    sendBack({ type: 'child.failed', error: failureOf(error, 'ERR_SPAWN_FAILED') });
    close({ code: errnoOf(error), signal: null });
  };
  return { isIn: () => given, close, failSpawn };
}

interface Life {
  readonly sendBack: (fact: Fact) => void;
  readonly verdict: Verdict;
  /** What the child may have made, and removes unless it is killed. */
  readonly directory: string;
}

/** Reports the birth and the end of a process. */
export function reportLife(child: ChildProcess, { sendBack, verdict, directory }: Life): void {
  const { pid } = child;
  child.once('spawn', () => pid !== undefined && sendBack({ type: 'child.spawned', pid }));
  child.on('error', (error) => {
    // Of a running child an error is a failed send, and no verdict: `close` follows and is.
    if (pid === undefined) verdict.failSpawn(error);
  });
  child.once('exit', (code, signal) => sendBack({ type: 'child.exited', code, signal }));
  child.once('close', (code, signal) => {
    signalGroup(child, 'SIGKILL'); // helpers that outlived their leader
    if (signal === null) verdict.close({ code, signal });
    else void removeDirectory(directory).then(() => verdict.close({ code, signal }));
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
