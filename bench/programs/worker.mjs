// A worker of its own process, which tells its parent what it uses. Offers wait for the last of a burst.
import { createWorker, WorkerOptions } from 'livekit-actors';

// It must not outlive the bench.
process.once('disconnect', () => process.exit(1));

const { BENCH_SERVER, BENCH_WARM, BENCH_OPEN, BENCH_REFUSED } = process.env;
const { url, apiKey, apiSecret } = JSON.parse(BENCH_SERVER);
const warm = Number(BENCH_WARM);
const pids = new Set();
let refused = 0;
const open = [];

const worker = createWorker(
  new WorkerOptions({
    agent: new URL('./agent.mjs', import.meta.url),
    url,
    apiKey,
    apiSecret,
    requestFnc: async (request) => {
      await new Promise((done) => {
        open.push(done);
        decideTheLast();
      });
      await request.reject();
    },
    numIdleProcesses: warm,
    initializeConcurrency: 8,
    initializeProcessTimeout: 60_000,
    // The load is measured as in production, and the pool stays as large as it is on a busy machine.
    loadThreshold: Number.POSITIVE_INFINITY,
    host: '127.0.0.1',
    port: 0,
  }),
);

worker.actor.on('process.ready', ({ pid }) => {
  pids.add(pid);
  if (pids.size === warm) void worker.ready.then(() => process.send({ type: 'ready' }));
});
worker.actor.on('job.rejected', ({ reason }) => {
  if (reason !== 'too many open offers') return;
  refused += 1;
  decideTheLast();
});
process.on('message', ({ type }) => {
  if (type === 'end') void worker.halt().then(() => process.disconnect());
  else
    process.send({
      type: 'usage',
      cpu: process.cpuUsage(),
      rss: process.memoryUsage.rss(),
      pids: [...pids],
    });
});

/** Once all are here that a burst leaves open, and all others are refused. */
function decideTheLast() {
  if (refused !== Number(BENCH_REFUSED) || open.length !== Number(BENCH_OPEN)) return;
  refused = 0;
  for (const decide of open.splice(0)) decide();
}

worker.start();
