// Runs a worker in a process of its own, so that nothing but the worker is measured there.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./programs/worker.mjs', import.meta.url));
const { NODE_EXTRA_CA_CERTS, NODE_OPTIONS, ...env } = process.env;

/** Starts one with `warm` processes, whose bursts leave `open` offers open and refuse `refused`. */
export async function startWorker({ url, apiKey, apiSecret }, { warm, open = 0, refused = 0 }) {
  const worker = fork(program, [], {
    env: {
      ...env,
      BENCH_SERVER: JSON.stringify({ url, apiKey, apiSecret }),
      BENCH_WARM: String(warm),
      BENCH_OPEN: String(open),
      BENCH_REFUSED: String(refused),
    },
    execArgv: [],
    // Jobs have a log, which nobody reads here.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = new Promise((done) => worker.once('exit', done));
  const hear = (type) =>
    Promise.race([
      new Promise((done) => {
        worker.on('message', function heard(message) {
          if (message.type !== type) return;
          worker.off('message', heard);
          done(message);
        });
      }),
      gone.then((code) => Promise.reject(new Error(`The worker ended with ${code}.`))),
    ]);
  await hear('ready');
  return {
    /** Its CPU time, its memory and the ids of its processes. */
    usage: () => {
      worker.send({ type: 'usage' });
      return hear('usage');
    },
    end: () => {
      worker.send({ type: 'end' });
      return gone;
    },
  };
}
