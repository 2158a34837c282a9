import { createWorker, WorkerOptions } from 'livekit-actors';
import { createJobSocket, createLedger, createTestServer } from 'livekit-actors/testing';

const ledger = createLedger();
const server = await createTestServer({ ledger });
const jobs = await createJobSocket(ledger);
process.env.LEDGER = jobs.address; // jobs inherit it

const worker = createWorker(
  new WorkerOptions({
    agent: new URL('./ledger-agent.ts', import.meta.url),
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

// The connection dies under the first job status that the worker sends.
const cut = server.script({ direction: 'in', message: 'updateJob', times: 1, fault: 'reset' });
server.createRoom({ name: 'lobby' });
const job = await server.waitFor(() => server.jobs.find(({ endedAt }) => endedAt !== undefined));
console.log(`${job.status} after ${cut.hits} cut`); // success after 1 cut

await worker.drain();
await jobs.close();
await server.stop();
console.log(ledger.check()); // []
