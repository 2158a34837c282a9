import type { Failure } from '../errors.js';
import type { KeyPair, SocketOptions } from '../machines/connection.types.js';
import { socketFailure } from './socket-failure.js';
import { type Route, wayTo } from './socket-route.js';

/** One call to a server's RoomService. */
export interface RoomCall {
  readonly url: string;
  readonly credentials: KeyPair;
  readonly options?: SocketOptions | undefined;
  readonly method: 'CreateRoom' | 'ListParticipants' | 'RemoveParticipant';
  /** What the token of the call allows. */
  readonly grant: Readonly<Record<string, unknown>>;
  readonly request: Readonly<Record<string, unknown>>;
}

/** What the server answered, or why there is no answer. */
export type RoomReply =
  /** The body of an answer other than 200 is not read: it may name the room or the participant. */
  { readonly status: number; readonly body: unknown } | { readonly failure: Failure };

const timeoutMs = 10_000;

/**
 * Calls a server's RoomService on the way that the worker's own connection takes: below the path of
 * its address, through its proxy, trusting whom it trusts. Never rejects.
 */
export async function callRoom(call: RoomCall): Promise<RoomReply> {
  let through: string | undefined;
  try {
    const target = addressOf(call);
    const [way, jwt] = await Promise.all([wayTo(target, call.options), tokenFor(call)]);
    through = way.through;
    return await post(target, way.route, jwt, call.request);
  } catch (error) {
    return { failure: socketFailure(call.url, error, through) };
  }
}

async function tokenFor({ credentials: { apiKey, apiSecret }, grant }: RoomCall): Promise<string> {
  const { AccessToken } = await import('livekit-server-sdk');
  const token = new AccessToken(apiKey, apiSecret, { ttl: '1m' });
  token.addGrant(grant);
  return token.toJwt();
}

async function post(target: URL, route: Route, jwt: string, body: object): Promise<RoomReply> {
  const { request } = await (target.protocol === 'https:'
    ? import('node:https')
    : import('node:http'));
  const headers = { Authorization: `Bearer ${jwt}`, 'Content-Type': 'application/json' };
  const signal = AbortSignal.timeout(timeoutMs);
  const options = { method: 'POST', headers, signal, ...route, ca: route.ca && [...route.ca] };
  return new Promise((resolve, reject) => {
    request(target, options, (response) => {
      const { statusCode: status = 0 } = response;
      const chunks: Buffer[] = [];
      response.on('error', reject);
      response.on('data', (chunk: Buffer) => status === 200 && chunks.push(chunk));
      response.on('end', () => resolve({ status, body: parsed(Buffer.concat(chunks).toString()) }));
    })
      .on('error', reject)
      .end(JSON.stringify(body));
  });
}

/** What a text of JSON says; undefined where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function addressOf({ url, method }: RoomCall): URL {
  const target = new URL(url);
  target.protocol = target.protocol.replace('ws', 'http');
  target.pathname = `${target.pathname.replace(/\/+$/, '')}/twirp/livekit.RoomService/${method}`;
  return target;
}
