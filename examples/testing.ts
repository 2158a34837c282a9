import { createWorker, WorkerOptions } from 'livekit-actors';
import { createTestServer } from 'livekit-actors/testing';

// A dispatch server in this process, without media: jobs get a simulated room.
const server = await createTestServer();
const worker = createWorker(
  new WorkerOptions({
    agent: new URL('./job-module.ts', import.meta.url),
    url: server.url,
    apiKey: server.apiKey,
    apiSecret: server.apiSecret.reveal(),
    loadFnc: () => 0,
    numIdleProcesses: 1,
    host: '127.0.0.1',
    port: 0,
  }),
).start();

await worker.ready;
server.createRoom({ name: 'lobby' });
const job = await server.waitFor(() => server.jobs.find(({ endedAt }) => endedAt !== undefined));
console.log(job.status); // success

await worker.drain();
await server.stop();
