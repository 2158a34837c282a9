import { createActor, toPromise } from 'xstate';
import { agentSocket } from '../actors/agent-socket.actor.js';
import { type FoundRoom, roomLookup } from '../actors/room-lookup.actor.js';
import { WorkerError } from '../errors.js';
import type { SocketInput } from '../machines/connection.types.js';
import { shownAddress } from '../options/addresses.js';
import type { ResolvedOptions } from '../options.js';
import { connectionMachine, workerMachine } from '../worker.js';
import { showBanner } from './banner.js';
import type { AgentInvocation } from './command-line.js';
import { forOneJob, runOneJob } from './one-job.js';
import { type Order, openLog, settingsFor } from './order.js';
import type { AppEnvironment } from './run-app.js';

/**
 * Runs one job of an agent in a room of the real server. The worker does not register there, so
 * that it gets nobody else's jobs: a dispatch server in this process hands out the one job, with a
 * token that is signed here.
 */
export async function connect(order: Order): Promise<number> {
  const { invocation, environment, entry } = order;
  const { agentIdentity, metadata = '' } = invocation.more;
  const resolved = settingsFor(order);
  const settings = forOneJob(resolved, agentIdentity);
  const sink = await openLog(order, settings);
  if (invocation.format === 'pretty' && process.stderr.isTTY)
    showBanner({
      mode: 'connect',
      entry,
      colour: invocation.colour,
      server: shownAddress(settings.url),
      takes: `one ${settings.workerType} job`,
    });
  const { room, participant } = await lookUp(resolved, invocation.more);

  const { createTestServer } = await import('../testing/index.js');
  const { apiKey, apiSecret } = settings.credentials.reveal();
  const server = await createTestServer({ keys: { [apiKey]: apiSecret }, roomUrl: settings.url });
  try {
    return await runOneJob({
      settings,
      sink,
      environment: registeringAt(server.url, environment),
      server,
      offer: { room, metadata, ...(participant && { participant }) },
    });
  } finally {
    await server.stop();
  }
}

async function lookUp(
  { url, credentials, socket, workerType }: ResolvedOptions,
  { room = '', participantIdentity: identity }: AgentInvocation['more'],
): Promise<FoundRoom> {
  if (workerType !== 'room' && identity === undefined)
    throw new WorkerError(
      'ERR_INVALID_OPTIONS',
      `--participant-identity: missing; a ${workerType} job is about somebody who is in the room.`,
    );
  const looking = createActor(roomLookup, {
    input: { url, credentials, options: socket, room, identity },
  });
  const found = await toPromise(looking.start());
  if (identity === undefined || found.participant) return found;
  throw new WorkerError(
    'ERR_INVALID_OPTIONS',
    `--participant-identity: nobody called "${identity}" is in the room "${room}" now.`,
  );
}

/** A worker whose settings name the real server and that registers at another one. */
const registeringAt = (url: string, environment: AppEnvironment): AppEnvironment => ({
  ...environment,
  machine: (environment.machine ?? workerMachine).provide({
    actors: {
      connection: connectionMachine.provide({ actors: { agentSocket: socketTo(url) } }),
    },
  }),
});

const socketTo = (url: string): typeof agentSocket => ({
  ...agentSocket,
  getInitialSnapshot: (scope, { credentials, options }: SocketInput) =>
    agentSocket.getInitialSnapshot(scope, { url, credentials, options }),
});
