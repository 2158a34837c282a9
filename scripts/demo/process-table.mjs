// The process table, read from the operating system and from nobody else.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** All processes that live, zombies not counted. */
export function processTable() {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => fromProc(Number(name)));
  } catch {
    const lines = execFileSync('ps', ['-axo', 'pid=,ppid=,state='], { encoding: 'utf8' }).split(
      '\n',
    );
    return lines
      .map((line) => line.trim().split(/\s+/))
      .filter(([pid, , state]) => pid && !state?.startsWith('Z'))
      .map(([pid, ppid]) => ({ pid: Number(pid), ppid: Number(ppid) }));
  }
}

function fromProc(pid) {
  try {
    const [state, ppid] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    return state === 'Z' ? [] : [{ pid, ppid: Number(ppid) }];
  } catch {
    return [];
  }
}

/** Whether a process is the guard of a worker, which runs no job. */
function isGuard(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('/guard/main.cjs');
  } catch {
    return /\/guard\/main\.cjs/.test(commandOf(pid));
  }
}

function commandOf(pid) {
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

/** The living processes of a worker that run jobs, or will. */
export const jobProcessesOf = (worker) => descendantsOf(worker).filter((pid) => !isGuard(pid));

/** The living descendants of a process. */
export function descendantsOf(root, table = processTable()) {
  const found = table.filter(({ ppid }) => ppid === root).map(({ pid }) => pid);
  return found.concat(found.flatMap((pid) => descendantsOf(pid, table)));
}

/** Which of these processes live. */
export const alive = (pids) => {
  const living = new Set(processTable().map(({ pid }) => pid));
  return [...pids].filter((pid) => living.has(pid));
};
