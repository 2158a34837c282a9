// One worker of the demo: a process of its own, its log, its word about its actors.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { descendantsOf } from './process-table.mjs';

const agent = fileURLToPath(new URL('./agent.mjs', import.meta.url));

/** Starts `agent.mjs start` and resolves when it is registered and warm. */
export async function startWorker({ name, url, secret, ledger, warm, sabotage, onLine }) {
  const word = await listenForWord();
  const child = spawn(process.execPath, [agent, 'start'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      LIVEKIT_URL: url,
      LIVEKIT_API_KEY: name,
      LIVEKIT_API_SECRET: secret,
      LIVEKIT_LOG_LEVEL: 'debug',
      DEMO_LEDGER: ledger,
      DEMO_WATCH: word.address,
      DEMO_WORKER: name,
      DEMO_SABOTAGE: sabotage ?? '',
    },
  });
  const seen = new Set();
  const look = setInterval(() => {
    for (const pid of descendantsOf(child.pid)) seen.add(pid);
  }, 50);
  const exited = new Promise((done) =>
    child.once('exit', (code, signal) => done({ code, signal })),
  );
  let ready = () => {};
  const warmed = [];
  const seenEvents = new Set();
  const up = new Promise((done, fail) => {
    ready = done;
    exited.then(({ code }) => fail(new Error(`the worker "${name}" ended with code ${code}`)));
  });
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text);
    if (line.event === 'process.ready') warmed.push(line.pid);
    seenEvents.add(line.event);
    onLine({ worker: name, ...line });
    if (warmed.length >= warm && seenEvents.has('worker.registered')) ready();
  });
  await up;
  return {
    name,
    pid: child.pid,
    warmed,
    seen,
    exited,
    sample: word.sample,
    signal: (signal) => child.kill(signal),
    close: () => {
      clearInterval(look);
      word.close();
    },
  };
}

/** The worker dials in and answers each "sample" with a line. */
async function listenForWord() {
  let socket;
  const waiting = [];
  const server = createServer((dialled) => {
    socket = dialled;
    socket.on('error', () => {});
    createInterface({ input: dialled }).on('line', (line) => waiting.shift()?.(JSON.parse(line)));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    address: `127.0.0.1:${server.address().port}`,
    sample: () =>
      new Promise((done) => {
        waiting.push(done);
        socket.write('sample\n');
      }),
    close: () => {
      socket?.destroy();
      server.close();
    },
  };
}
