// A program of its own: it outlives the worker by a second, to end what that could not end itself.
import type { GuardOrder } from '../protocol/guard-messages.js';

/** A child without its worker leaves and is gone within a second, unless its event loop is blocked. */
const graceMs = 1_200;
const lookMs = 50;
/** The first ones are arguments: a worker may die before it can say a word. */
const groups = new Map(JSON.parse(process.argv[2] ?? '[]') as [number, string][]);

// A service manager signals every process; this one ends with its worker and not before.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

process.on('message', (order: GuardOrder) => {
  if (order.type === 'watch') groups.set(order.group, order.directory);
  else groups.delete(order.group);
});

process.once('disconnect', () => {
  const deadline = performance.now() + graceMs;
  const directories = [...groups.values()];
  const look = (): void => {
    const isOver = performance.now() >= deadline;
    for (const group of groups.keys())
      if (!signalled(group, isOver ? 'SIGKILL' : 0)) groups.delete(group);
    if (isOver || groups.size === 0) leave(directories);
    else setTimeout(look, lookMs);
  };
  look();
});

/** Those that ended by themselves have removed theirs. */
function leave(directories: readonly string[]): never {
  const { rmSync } = process.getBuiltinModule('node:fs');
  for (const directory of directories) {
    try {
      rmSync(directory, { recursive: true, force: true, maxRetries: 2 });
    } catch {
      // Nobody is left who could be told.
    }
  }
  process.exit();
}

/** Whether there was anybody to signal. */
function signalled(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}
