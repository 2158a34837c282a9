import { fromPromise } from 'xstate';
import { WorkerError } from '../errors.js';
import type { RemovalInput } from '../machines/worker.types.js';

/**
 * Owns one call to the server: it takes a participant out of a room whose process died and could
 * not leave by itself. One that is not there is as good as removed. It does not retry; how long to
 * wait is the machine's business.
 */
export const participantRemoval = fromPromise<void, RemovalInput>(async ({ input }) => {
  const { RoomServiceClient } = await import('livekit-server-sdk');
  const { url, credentials, room, identity } = input;
  const { apiKey, apiSecret } = credentials.reveal();
  const rooms = new RoomServiceClient(url, apiKey, apiSecret, { failover: false });
  try {
    await rooms.removeParticipant(room, identity);
  } catch (error) {
    if (statusOf(error) === 404) return;
    // The server's own words may name the room or the participant.
    throw new WorkerError(
      'ERR_CONNECTION_FAILED',
      `A participant whose process died is still in its room: the server answered ${statusOf(error) ?? 'nothing'}.`,
    );
  }
});

function statusOf(error: unknown): number | undefined {
  const { status } = Object(error) as { status?: unknown };
  return typeof status === 'number' ? status : undefined;
}
