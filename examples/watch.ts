import { createWorker, WorkerOptions } from 'livekit-actors';
import type { InspectionEvent } from 'xstate';

const worker = createWorker(
  new WorkerOptions({ agent: new URL('./job-module.ts', import.meta.url), port: 0 }),
  {
    // Every actor below the worker: each process, each offer, the connection, the pool.
    inspect: (event: InspectionEvent) => {
      if (event.type === '@xstate.event') console.log(event.actorRef.sessionId, event.event.type);
    },
    // What jobs log; without it, lines of JSON on the standard output.
    log: ({ level, message, pid }) => console.log(level, message, pid),
  },
);

worker.actor.on('registered', ({ workerId }) => console.log('registered as', workerId));
worker.actor.on('job.started', ({ jobId, pid }) => console.log(jobId, 'runs in process', pid));
worker.actor.on('job.ended', ({ jobId, outcome, error }) => console.log(jobId, outcome, error));
worker.actor.on('*', ({ type }) => console.log('event:', type));

worker.start();
