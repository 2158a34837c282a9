import { connectionMachine, processPoolMachine, workerMachine } from '../../src/index.js';

/** The whole worker with a link and a pool that do not wait long before they try again. */
export const workerInAHurry = workerMachine.provide({
  actors: {
    connection: connectionMachine.provide({ delays: { backoffPause: 10 } }),
    processPool: processPoolMachine.provide({ delays: { backoffPause: 10, probePause: 100 } }),
  },
});
