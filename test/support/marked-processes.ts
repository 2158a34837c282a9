import { readdirSync, readFileSync } from 'node:fs';
import { isRunning } from './processes.js';

/**
 * The living processes whose environment holds this text: what a program started, and what that
 * started in turn, whoever their parents are by now. Empty where the system does not tell.
 */
export function markedProcesses(mark: string): number[] {
  return listed('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => environmentOf(pid).includes(mark) && isRunning(pid));
}

/** What a process was given as its environment and as its arguments, as one text. */
export const environmentOf = (pid: number): string => read(`/proc/${pid}/environ`);
export const argumentsOf = (pid: number): string => read(`/proc/${pid}/cmdline`);

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
