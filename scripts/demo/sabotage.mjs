// Breaks the worker on purpose, so that one can see the ledger find it.
import { spawn } from 'node:child_process';
import { enqueueActions } from 'xstate';

export const sabotages = ['lose', 'duplicate', 'orphan'];

/** The worker machine with one promise broken. */
export function sabotaged(worker, name) {
  switch (name) {
    // The end of a job is never told to the server.
    case 'lose':
      return worker.provide({ actions: { reportEnd: () => {} } });
    // Every job is handed to the pool twice.
    case 'duplicate':
      return worker.provide({
        actions: {
          launch: enqueueActions(({ event, enqueue }) => {
            enqueue.sendTo('pool', { type: 'launch', launch: event.launch });
            enqueue.sendTo('pool', { type: 'launch', launch: event.launch });
          }),
        },
      });
    // A process is started that no actor owns.
    case 'orphan':
      return worker.provide({
        actions: {
          withdrawOpen: () => {
            const idle = 'setTimeout(() => {}, 60_000)';
            spawn(process.execPath, ['-e', idle], { detached: true, stdio: 'ignore' }).unref();
          },
        },
      });
    default:
      return worker;
  }
}
