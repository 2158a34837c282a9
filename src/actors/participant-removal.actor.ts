import { fromPromise } from 'xstate';
import { WorkerError } from '../errors.js';
import type { RemovalInput } from '../machines/worker.types.js';
import { callRoom } from './room-call.js';

/**
 * Owns one call to the server: it takes a participant out of a room whose process died and could
 * not leave by itself. One that is not there is as good as removed. It does not retry; how long to
 * wait is the machine's business.
 */
export const participantRemoval = fromPromise<void, RemovalInput>(async ({ input }) => {
  const { url, credentials, options, room, identity } = input;
  const reply = await callRoom({
    ...{ url, credentials: credentials.reveal(), options },
    method: 'RemoveParticipant',
    grant: { roomAdmin: true, room },
    request: { room, identity },
  });
  if ('failure' in reply) throw stays(reply.failure.message);
  const { status } = reply;
  if (status !== 200 && status !== 404) throw stays(`The server answered with HTTP ${status}.`);
});

const stays = (why: string): WorkerError =>
  new WorkerError(
    'ERR_CONNECTION_FAILED',
    `A participant whose process died is still in its room. ${why}`,
  );
