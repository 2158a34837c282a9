import type { Actor, SnapshotFrom } from 'xstate';
import { WorkerError, type WorkerErrorCode } from '../errors.js';
import type { workerMachine } from '../machines/worker.machine.js';
import { probe } from '../machines/worker.probes.js';

type Snapshot = SnapshotFrom<typeof workerMachine>;

/** Settles when a worker can take its first job, and rejects when it ends before that. */
export const becomesReady = (actor: Actor<typeof workerMachine>): Promise<void> =>
  new Promise((resolve, reject) => {
    const watching = actor.subscribe({
      next: (snapshot) => {
        if (!canTakeJobs(snapshot)) return;
        watching.unsubscribe();
        resolve();
      },
      error: reject,
      complete: () => reject(endedEarly(actor.getSnapshot())),
    });
  });

/** The server must have read that the worker is available: one that was only told asks nobody. */
const canTakeJobs = (snapshot: Snapshot): boolean =>
  snapshot.hasTag('available') &&
  (snapshot.context.known === 'available' || snapshot.context.settings.unregistered) &&
  probe(snapshot.context, snapshot, 'ready').status === 200;

function endedEarly({ output }: Snapshot): WorkerError {
  if (output?.failure === undefined)
    return new WorkerError(
      'ERR_WORKER_ENDED',
      'The worker was drained or stopped before it was ready.',
    );
  // A machine gives a code that is not ours to nothing that broke.
  const { code, message } = output.failure;
  return new WorkerError(code as WorkerErrorCode, message);
}
