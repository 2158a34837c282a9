import type { ChildProcess } from 'node:child_process';
import type { GuardOrder } from '../protocol/guard-messages.js';
import { childEnvironment } from './child-environment.js';

/**
 * Sees to it that no child outlives this process. A child whose worker is gone ends by itself, but
 * not while its event loop is blocked; then a process beside both ends it.
 */
export interface ChildGuard {
  /** Counts a child, the group it leads and its directory among those that end with this process. */
  watch(group: number, directory: string): void;
  /** Forgets one that is gone. Does nothing for others. */
  release(group: number): void;
}

/**
 * Makes a guard, to be shared by all children of a process. Its own process runs `program` as long
 * as there are children, and no longer; it keeps nobody alive. Does not throw: without it children
 * still end by themselves.
 */
export function childGuard(program: string): ChildGuard {
  const groups = new Map<number, string>();
  let guard: ChildProcess | undefined;

  const start = (): void => {
    const started = forkGuard(program, groups);
    guard = started;
    // One that is gone comes back with the next child: at once, it might be gone again for ever.
    const lose = (): void => {
      if (guard === started) guard = undefined;
    };
    started?.once('error', lose);
    started?.once('exit', lose);
  };

  return {
    watch: (group, directory) => {
      groups.set(group, directory);
      if (guard?.connected) tell(guard, { type: 'watch', group, directory });
      else start();
    },
    release: (group) => {
      if (!groups.delete(group)) return;
      if (groups.size > 0) return tell(guard, { type: 'release', group });
      guard?.kill('SIGKILL');
      guard = undefined;
    },
  };
}

/** Has a child guarded. The result lets go of it. */
export function guarded(
  { pid }: ChildProcess,
  directory: string,
  guard: ChildGuard | undefined,
): () => void {
  if (pid === undefined || guard === undefined) return () => {};
  guard.watch(pid, directory);
  return () => guard.release(pid);
}

/** In a session of its own, so that nothing that ends the worker's group ends it, too. */
function forkGuard(program: string, groups: Iterable<[number, string]>): ChildProcess | undefined {
  try {
    const child = process
      .getBuiltinModule('node:child_process')
      .fork(program, [JSON.stringify([...groups])], {
        detached: true,
        // It makes no connections; reading certificates would be most of its start.
        env: childEnvironment(process.env, { env: undefined, envExclude: ['NODE_EXTRA_CA_CERTS'] }),
        execArgv: [],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      });
    child.unref();
    child.channel?.unref();
    return child;
  } catch {
    return undefined;
  }
}

function tell(guard: ChildProcess | undefined, order: GuardOrder): void {
  if (!guard?.connected) return;
  try {
    guard.send(order, () => {});
  } catch {
    // It is on its way out, which is told by its exit.
  }
}
