import { createWorker, WorkerOptions } from 'livekit-actors';

// A worker in a program of your own: it prints nothing, hears no signal and never ends the process.
const worker = createWorker(
  new WorkerOptions({ agent: new URL('./job-module.ts', import.meta.url), port: 0, host: '127.0.0.1' }),
).start();

process.once('SIGTERM', async () => {
  const { outcome, jobsCut } = await worker.drain();
  console.log(outcome, jobsCut);
});
await worker.ready;
