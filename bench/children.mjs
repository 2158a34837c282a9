// Forks one child at a time and measures when it was there and what it holds.
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const agent = new URL('./programs/agent.mjs', import.meta.url).href;

// On Node 20 each certificate file costs every child some 10 to 30 ms, ours and the bare one alike.
const { NODE_EXTRA_CA_CERTS, NODE_OPTIONS, ...env } = process.env;

/** A child that does nothing. */
export const bare = { program: here('./programs/bare.cjs'), until: 'online' };
/** Our runner, until it answers. */
export const reachable = { program: here('../dist/job/main.cjs'), until: 'online' };
/** Our runner with an agent module and rtc-node loaded, until it could take a job. */
export const warm = { program: here('../dist/job/main.cjs'), until: 'ready' };

/** Starts a child and ends it again; milliseconds to its word, megabytes that are its own. */
export function measureStart({ program, until }) {
  const started = performance.now();
  const child = fork(program, [], {
    env,
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  if (until === 'ready')
    child.send({
      v: 1,
      seq: 0,
      type: 'initialize',
      agent: { url: agent, form: 'module' },
      graceMs: 0,
      callbackMs: 0,
      logLevel: 'info',
      directory: join(tmpdir(), 'livekit-actors-bench'),
      unhandledRejection: 'fail',
    });
  return new Promise((done, fail) => {
    const limit = setTimeout(() => {
      child.kill('SIGKILL');
      fail(new Error(`${program} is not ${until} after 20 s.`));
    }, 20_000);
    child.once('error', fail);
    child.on('message', ({ type, error }) => {
      if (type === 'failed') fail(new Error(error.message));
      if (type !== until) return;
      const ms = performance.now() - started;
      clearTimeout(limit);
      // What was allocated while starting is settled by then.
      setTimeout(() => {
        const megabytes = privateMegabytes(child.pid);
        child.once('exit', () => done({ ms, megabytes }));
        child.kill('SIGKILL');
      }, 150);
    });
  });
}

/** Anonymous memory of a process; not a number where the system does not tell. */
function privateMegabytes(pid) {
  try {
    const [, kilobytes] = /RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(kilobytes) / 1024;
  } catch {
    return Number.NaN;
  }
}

/** Microseconds from the first message to an idle bare child until it sees it, for `count` children. */
export async function measureMessages(count) {
  const taken = [];
  for (let n = 0; n < count; n += 1) taken.push(await measureFirstMessage());
  return taken;
}

async function measureFirstMessage() {
  const child = fork(bare.program, [], { env, execArgv: [] });
  const next = () => new Promise((done) => child.once('message', done));
  await next();
  // A warm process has been idle, too, when its job comes.
  await new Promise((done) => setTimeout(done, 150));
  const at = process.hrtime.bigint();
  child.send({ type: 'stamp', payload: 'x'.repeat(1_000) });
  const stamped = await next();
  child.kill('SIGKILL');
  return Number(BigInt(stamped.at) - at) / 1_000;
}
