import type { KeyPair, SocketOptions } from '../machines/connection.types.js';
import { wayTo } from './socket-route.js';

/** One call to a room. */
export interface RoomCall {
  readonly url: string;
  readonly credentials: KeyPair;
  readonly options?: SocketOptions | undefined;
  readonly room: string;
  readonly method: 'RemoveParticipant';
  readonly request: Readonly<Record<string, unknown>>;
}

const timeoutMs = 10_000;

/**
 * Calls a server's RoomService on the way that the worker's own connection takes: below the path of
 * its address, through its proxy, trusting whom it trusts. Resolves with the HTTP status; rejects
 * when there is none.
 */
export async function callRoom(call: RoomCall): Promise<number> {
  const { AccessToken } = await import('livekit-server-sdk');
  const { apiKey, apiSecret } = call.credentials;
  const token = new AccessToken(apiKey, apiSecret, { ttl: '1m' });
  token.addGrant({ roomAdmin: true, room: call.room });
  const target = addressOf(call);
  const [{ request }, { route }, jwt] = await Promise.all([
    target.protocol === 'https:' ? import('node:https') : import('node:http'),
    wayTo(target, call.options),
    token.toJwt(),
  ]);
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${jwt}`, 'Content-Type': 'application/json' };
    const signal = AbortSignal.timeout(timeoutMs);
    const options = { method: 'POST', headers, signal, ...route, ca: route.ca && [...route.ca] };
    request(target, options, (response) => {
      // The server's own words may name the room or the participant.
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end(JSON.stringify(call.request));
  });
}

function addressOf({ url, method }: RoomCall): URL {
  const target = new URL(url);
  target.protocol = target.protocol.replace('ws', 'http');
  target.pathname = `${target.pathname.replace(/\/+$/, '')}/twirp/livekit.RoomService/${method}`;
  return target;
}
