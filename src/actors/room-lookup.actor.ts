import { fromPromise } from 'xstate';
import { WorkerError } from '../errors.js';
import type { KeyPair } from '../machines/connection.types.js';
import type { Secret } from '../secret.js';
import { socketFailure } from './socket-failure.js';

/** Which room, and who in it. */
export interface LookupInput {
  readonly url: string;
  readonly credentials: Secret<KeyPair>;
  readonly room: string;
  /** Undefined where nobody is looked for. */
  readonly identity: string | undefined;
}

/** Somebody in a room. */
export interface FoundParticipant {
  readonly sid: string;
  readonly identity: string;
  readonly name: string;
  readonly metadata: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A room as its server knows it. */
export interface FoundRoom {
  readonly room: { readonly sid: string; readonly name: string; readonly metadata: string };
  /** Undefined where nobody of the identity is there. */
  readonly participant: FoundParticipant | undefined;
}

/**
 * Owns two calls to the server: the first makes the room, or finds the one there is; the second
 * looks for a participant in it. Each has 10 s. It does not retry.
 *
 * Fails with a WorkerError: `ERR_CREDENTIALS_REFUSED`, `ERR_SERVER_UNREACHABLE` or
 * `ERR_CONNECTION_FAILED`.
 */
export const roomLookup = fromPromise<FoundRoom, LookupInput>(async ({ input }) => {
  const { RoomServiceClient } = await import('livekit-server-sdk');
  const { url, credentials, room: name, identity } = input;
  const { apiKey, apiSecret } = credentials.reveal();
  const service = new RoomServiceClient(url, apiKey, apiSecret, {
    failover: false,
    requestTimeout: 10,
  });
  try {
    const { sid, metadata } = await service.createRoom({ name });
    const people = identity === undefined ? [] : await service.listParticipants(name);
    const found = people.find((one) => one.identity === identity);
    return { room: { sid, name, metadata }, participant: found && plain(found) };
  } catch (error) {
    throw failure(url, error);
  }
});

/** Its own fields alone: the client has another copy of the protocol. */
const plain = ({ sid, identity, name, metadata, attributes }: FoundParticipant) => ({
  sid,
  identity,
  name,
  metadata,
  attributes: { ...attributes },
});

function failure(url: string, cause: unknown): WorkerError {
  const { status } = Object(cause) as { readonly status?: unknown };
  if (status === 401 || status === 403)
    return new WorkerError(
      'ERR_CREDENTIALS_REFUSED',
      `The server refused the API key: HTTP ${status}. Check LIVEKIT_API_KEY and LIVEKIT_API_SECRET, and this machine's clock.`,
      { cause },
    );
  if (typeof status === 'number' && status < 500)
    return new WorkerError(
      'ERR_CONNECTION_FAILED',
      `There are no rooms at this address: HTTP ${status}. Check LIVEKIT_URL.`,
      { cause },
    );
  const { message } = socketFailure(url, (cause as Error).cause ?? cause);
  return new WorkerError('ERR_SERVER_UNREACHABLE', message, { cause });
}
