// What a worker costs that has nothing to do.
import { readdirSync, readFileSync } from 'node:fs';
import { createTestServer } from 'livekit-actors/testing';
import { startWorker } from './worker-process.mjs';

/** Two beats of every heart, and one look at the memory of every process. */
const windowMs = 5_000;
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Milliseconds of CPU per second of an idle worker and of its processes, and megabytes of the
 * worker, in `count` windows.
 */
export async function measureIdle(warm, count) {
  const server = await createTestServer();
  const { url, apiKey, apiSecret } = server;
  const worker = await startWorker({ url, apiKey, apiSecret: apiSecret.reveal() }, { warm });
  // What starting cost is over by then.
  await wait(3_000);
  const windows = [];
  for (let n = 0; n < count; n += 1) {
    const before = await reading(worker);
    await wait(windowMs);
    const after = await reading(worker);
    const seconds = (after.at - before.at) / 1_000;
    windows.push({
      worker: (after.worker - before.worker) / seconds,
      processes: (after.processes - before.processes) / seconds,
      megabytes: after.megabytes,
    });
  }
  await worker.end();
  await server.stop();
  return windows;
}

async function reading(worker) {
  const { cpu, rss, pids } = await worker.usage();
  return {
    at: performance.now(),
    worker: (cpu.user + cpu.system) / 1_000,
    processes: pids.reduce((sum, pid) => sum + cpuMs(pid), 0),
    megabytes: rss / 2 ** 20,
  };
}

/** Milliseconds that all threads of a process ran; not a number where the system does not tell. */
function cpuMs(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .map((task) => readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8'))
      .reduce((sum, text) => sum + Number(text.split(' ', 1)[0]) / 1e6, 0);
  } catch {
    return Number.NaN;
  }
}
