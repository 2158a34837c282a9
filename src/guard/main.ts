// A program of its own: it outlives the worker by a second, to end what that could not end itself.
import type { GuardOrder } from '../protocol/guard-messages.js';

/** A child without its worker leaves and is gone within a second, unless its event loop is blocked. */
const graceMs = 1_200;
const lookMs = 50;
/** The first ones are arguments: a worker may die before it can say a word. */
const groups = new Set(process.argv.slice(2).map(Number));

// A service manager signals every process; this one ends with its worker and not before.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});

process.on('message', ({ type, group }: GuardOrder) => {
  if (type === 'watch') groups.add(group);
  else groups.delete(group);
});

process.once('disconnect', () => {
  const deadline = performance.now() + graceMs;
  const look = (): void => {
    const isOver = performance.now() >= deadline;
    for (const group of groups) if (!signalled(group, isOver ? 'SIGKILL' : 0)) groups.delete(group);
    if (isOver || groups.size === 0) process.exit();
    setTimeout(look, lookMs);
  };
  look();
});

/** Whether there was anybody to signal. */
function signalled(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}
