import { fromPromise } from 'xstate';
import { WorkerError } from '../errors.js';
import type { KeyPair, SocketOptions } from '../machines/connection.types.js';
import type { Secret } from '../secret.js';
import { callRoom, type RoomCall } from './room-call.js';

/** Which room, and who in it. */
export interface LookupInput {
  readonly url: string;
  readonly credentials: Secret<KeyPair>;
  /** The way to the server. */
  readonly options?: SocketOptions | undefined;
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
 * looks for a participant in it. Each has 10 s, and goes the way of the worker's own connection. It
 * does not retry.
 *
 * Fails with a WorkerError: `ERR_CREDENTIALS_REFUSED`, `ERR_SERVER_UNREACHABLE` or
 * `ERR_CONNECTION_FAILED`.
 */
export const roomLookup = fromPromise<FoundRoom, LookupInput>(async ({ input }) => {
  const { url, credentials, options, room: name, identity } = input;
  const server = { url, credentials: credentials.reveal(), options };
  const { sid, metadata } = await ask<FoundRoom['room']>({
    ...server,
    method: 'CreateRoom',
    grant: { roomCreate: true },
    request: { name },
  });
  const room = { sid: sid ?? '', name, metadata: metadata ?? '' };
  if (identity === undefined) return { room, participant: undefined };
  const { participants = [] } = await ask<{ participants: Partial<FoundParticipant>[] }>({
    ...server,
    method: 'ListParticipants',
    grant: { roomAdmin: true, room: name },
    request: { room: name },
  });
  const found = participants.find((one) => one.identity === identity);
  return { room, participant: found && complete(identity, found) };
});

/** JSON may leave out what is empty. */
const complete = (
  identity: string,
  { sid = '', name = '', metadata = '', attributes = {} }: Partial<FoundParticipant>,
): FoundParticipant => ({ sid, identity, name, metadata, attributes });

/** The answer to a call. Throws for any but 200. */
async function ask<Answer>(call: RoomCall): Promise<Partial<Answer>> {
  const reply = await callRoom(call);
  if ('failure' in reply) throw new WorkerError('ERR_SERVER_UNREACHABLE', reply.failure.message);
  const { status, body } = reply;
  if (status === 200 && typeof body === 'object' && body !== null) return body;
  if (status === 401 || status === 403)
    throw new WorkerError(
      'ERR_CREDENTIALS_REFUSED',
      `The server refused the API key: HTTP ${status}. Check LIVEKIT_API_KEY and LIVEKIT_API_SECRET, and this machine's clock.`,
    );
  if (status < 500)
    throw new WorkerError(
      'ERR_CONNECTION_FAILED',
      `There are no rooms at this address: HTTP ${status}. Check LIVEKIT_URL.`,
    );
  throw new WorkerError(
    'ERR_SERVER_UNREACHABLE',
    `The server cannot answer now: HTTP ${status}. Try again later.`,
  );
}
