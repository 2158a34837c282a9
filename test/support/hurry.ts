import {
  connectionMachine,
  jobProcessMachine,
  processPoolMachine,
  workerMachine,
} from '../../src/index.js';
import { heartbeatMachine } from '../../src/machines/heartbeat.machine.js';

/** The whole worker with a link and a pool that do not wait long before they try again. */
export const workerInAHurry = workerMachine.provide({
  actors: {
    connection: connectionMachine.provide({ delays: { backoffPause: 10 } }),
    processPool: processPoolMachine.provide({ delays: { backoffPause: 10, probePause: 100 } }),
  },
});

/** The whole worker, with heartbeats of which a minute passes within two seconds. */
export const workerOfQuickHearts = workerMachine.provide({
  actors: {
    processPool: processPoolMachine.provide({
      actors: {
        jobProcess: jobProcessMachine.provide({
          actors: {
            heartbeat: heartbeatMachine.provide({
              delays: { firstBeat: 50, beatPause: 50, tick: 8 },
            }),
          },
        }),
      },
    }),
  },
});
