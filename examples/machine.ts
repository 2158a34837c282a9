import { WorkerOptions, workerMachine } from 'livekit-actors';
import { createActor, type InspectionEvent } from 'xstate';

// A worker is an actor: run it, watch it, steer it.
const worker = createActor(workerMachine, {
  input: new WorkerOptions({ agent: new URL('./job-module.ts', import.meta.url) }),
  // Any xstate inspection observer: the Stately inspector's, or your own.
  inspect: (event: InspectionEvent) => {
    if (event.type === '@xstate.event') console.error(event.actorRef.sessionId, event.event.type);
  },
});
worker.on('job.started', ({ jobId, pid }) => console.log(`${jobId} runs in process ${pid}`));
worker.subscribe({
  next: (snapshot) => console.log(JSON.stringify(snapshot.value)),
  complete: () => console.log(worker.getSnapshot().output?.outcome),
});
worker.start();

// Finish what runs, take nothing new, then stop.
process.once('SIGTERM', () => worker.send({ type: 'drain' }));
