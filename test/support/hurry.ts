import { connectionMachine, workerMachine } from '../../src/index.js';

/** The whole worker with a link that does not wait long before it comes back. */
export const workerInAHurry = workerMachine.provide({
  actors: { connection: connectionMachine.provide({ delays: { backoffPause: 10 } }) },
});
