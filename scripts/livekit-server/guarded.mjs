// Starts a server below a guard of its own, and tells what it prints and how it ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const guardFile = fileURLToPath(new URL('./guard.mjs', import.meta.url));
const keptEntries = 20_000;

/** Answers at once; `exited` resolves with the verdict after the last line was heard. */
export function startGuarded(bin, config) {
  const guard = spawn(process.execPath, [guardFile], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Out of reach of a Ctrl-C or a kill that is meant for the group of its parent.
    detached: true,
  });
  const server = { ...listenTo([guard.stdout, guard.stderr]), pid: undefined, verdict: undefined };
  const tell = (message) => guard.connected && guard.send(message, () => {});

  guard.on('message', ({ type, ...rest }) => {
    if (type === 'spawned') server.pid = rest.pid;
    else server.verdict = rest;
  });
  guard.on('error', () => {});
  guard.once('exit', () => {
    if (server.verdict !== undefined) return;
    server.verdict = { code: null, signal: 'SIGKILL', error: 'its guard was killed' };
    if (server.pid !== undefined) killGroup(server.pid);
  });
  // `close`, not `exit`: it comes after the last line.
  server.exited = once(guard, 'close').then(() => server.verdict);
  server.stop = () => {
    tell({ type: 'stop' });
    return server.exited;
  };
  tell({ bin, config });
  return server;
}

/** For a server that lost its guard: nobody else is left to end it. */
function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

/** Parses the lines of the streams; what is not JSON becomes an entry with only a message. */
function listenTo(streams) {
  const log = [];
  const listeners = new Set();
  const hear = (line) => {
    const entry = toEntry(line);
    log.push(entry);
    if (log.length > keptEntries) log.splice(0, keptEntries / 10);
    for (const listener of listeners) listener(entry);
  };
  for (const stream of streams) createInterface({ input: stream }).on('line', hear);
  const onLog = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return { log, onLog };
}

function toEntry(line) {
  try {
    return line.startsWith('{') ? JSON.parse(line) : { msg: line };
  } catch {
    return { msg: line };
  }
}
