// Runs workers against the embedded dispatch server and proves that nothing was lost.
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createJobSocket, createLedger, createTestServer } from 'livekit-actors/testing';
import { follow } from './demo/follow.mjs';
import { alive, jobProcessesOf } from './demo/process-table.mjs';
import { sabotages } from './demo/sabotage.mjs';
import { lastCalls, offers } from './demo/scenario.mjs';
import { openScreen } from './demo/screen.mjs';
import { summary } from './demo/summary.mjs';
import { startWorker } from './demo/worker-process.mjs';

const { values } = parseArgs({ options: { sabotage: { type: 'string' } } });
if (values.sabotage !== undefined && !sabotages.includes(values.sabotage)) {
  process.stderr.write(`--sabotage takes one of ${sabotages.join(', ')}\n`);
  process.exit(64);
}

const screen = openScreen(process.stdout);
const ledger = createLedger();
const secrets = {
  rooms: randomBytes(24).toString('hex'),
  publishers: randomBytes(24).toString('hex'),
};
const server = await createTestServer({ keys: secrets, ledger });
const jobSocket = await createJobSocket(ledger);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const until = async (holds, limitMs) => {
  const end = Date.now() + limitMs;
  while (!(await holds()) && Date.now() < end) await pause(50);
};

const targets = { rooms: 4, publishers: 1 };
const baselines = new Map();
/** When each process was warm, and when each job's entrypoint was called, by their ids. */
const times = { warm: new Map(), entered: new Map() };
const show = follow(server, screen);
const onLine = (line) => {
  if (line.event === 'process.ready') times.warm.set(line.pid, Date.parse(line.time));
  if (line.msg === 'entered') times.entered.set(line.job_id, line.at);
  show(line);
};
const start = (name, warm) =>
  startWorker({
    name,
    warm,
    url: server.url,
    secret: secrets[name],
    ledger: jobSocket.address,
    sabotage: values.sabotage,
    onLine,
  });

screen.say(`dispatch server at ${server.url}, two workers are starting`);
const [rooms, publishers] = await Promise.all([start('rooms', 4), start('publishers', 1)]);
const workers = [rooms, publishers];
for (const { name, warmed } of workers)
  screen.say(`worker "${name}" is registered, warm processes: ${warmed.join(', ')}`);
ledger.record({ type: 'capacity.declared', worker: 'rooms', maxJobs: 12 });
ledger.record({ type: 'capacity.declared', worker: 'publishers', maxJobs: 12 });
for (const worker of workers) await measure(worker, 'baseline.measured');

let room = 0;
const offer = (call) =>
  server.createRoom({ name: `room-${++room}`, metadata: JSON.stringify(call) });
for (const call of offers) {
  offer(call);
  await pause(300);
}
// The agent is asked for by name, once with metadata, and comes once for each of two publishers.
server.createRoom({ name: 'studio', agents: [] });
for (const identity of ['camera-1', 'camera-2']) server.join('studio', { identity });
server.createDispatch('studio', 'watcher', {
  metadata: JSON.stringify({ kind: 'publisher', ms: 700 }),
});
for (const identity of ['camera-1', 'camera-2']) server.publish('studio', identity);

await until(() => server.jobs.every(isOver), 10_000);
await until(atRest, 15_000);
for (const worker of workers) {
  const word = await measure(worker, 'rest.measured');
  const livePids = jobProcessesOf(worker.pid);
  ledger.record({
    type: 'processes.sampled',
    worker: worker.name,
    when: 'atRest',
    livePids,
    actors: word.actors,
  });
  const idle = word.actors.filter(({ live }) => live).length;
  ledger.record({ type: 'pool.rested', worker: worker.name, target: targets[worker.name], idle });
}

for (const call of lastCalls) offer(call);
await until(
  () => server.jobs.filter(({ status }) => status === 'running').length >= lastCalls.length,
  5_000,
);
screen.say('SIGTERM while calls are going on: the workers drain');
for (const worker of workers) worker.signal('SIGTERM');
await pause(100);
offer({ kind: 'while draining', ms: 100 });
const exits = await Promise.all(workers.map(({ exited }) => exited));
for (const [n, { name, seen, close }] of workers.entries()) {
  const survivors = alive(seen);
  ledger.record({
    type: 'worker.exited',
    worker: name,
    code: exits[n].code,
    expectedCodes: [0],
    survivors,
  });
  screen.say(
    `worker "${name}" ended with code ${exits[n].code}; of its ${seen.size} processes ${survivors.length} are left`,
  );
  close();
  for (const pid of survivors) process.kill(pid, 'SIGKILL');
}

const violations = ledger.check();
await jobSocket.close();
await server.stop();
screen.settle();
screen.plain(summary(server.jobs, ledger.records, times, screen.paint));
for (const { invariant, message } of violations)
  screen.plain(`violation of ${invariant}: ${message}`);
const lost = violations.filter(({ invariant }) => ['I4', 'I5'].includes(invariant)).length;
if (violations.length > 0)
  screen.plain(`ledger broken: ${server.jobs.length} jobs, ${violations.length} violations`);
else screen.plain(`ledger clean: ${server.jobs.length} jobs, ${lost} lost`);
process.exitCode = violations.length > 0 ? 1 : 0;

/** Whether nobody waits for this job any more. */
function isOver({ dispatch, status }) {
  if (dispatch === 'offering') return false;
  return (
    dispatch !== 'assigned' ||
    status === 'success' ||
    status === 'failed' ||
    values.sabotage === 'lose'
  );
}

/** Whether every process of every worker is warm and none is on its way in or out. */
async function atRest() {
  for (const worker of workers) {
    const { actors, maps } = await worker.sample();
    const idle = actors.filter(({ live }) => live).length;
    if (maps.jobs > 0 || maps.requests > 0 || idle !== targets[worker.name]) return false;
    if (jobProcessesOf(worker.pid).length !== idle) return false;
    const { timers } = baselines.get(worker.name);
    if ((await worker.sample()).timers !== timers) return false;
  }
  return true;
}

/** Asks a worker for its counts and writes them down. */
async function measure(worker, type) {
  const word = await worker.sample();
  const { timers, listeners, descriptors, maps } = word;
  if (type === 'baseline.measured') baselines.set(worker.name, word);
  ledger.record({ type, worker: worker.name, timers, listeners, descriptors, maps });
  return word;
}
