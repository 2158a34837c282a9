import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ParticipantPermission } from '@livekit/protocol';
import { type ClaimGrants, TokenVerifier } from 'livekit-server-sdk';
import { Secret } from '../../secret.js';

/** API secrets by API key. */
export type Keys = ReadonlyMap<string, Secret>;

/** Who knocks, once the signature of its token was checked. */
export interface Caller {
  readonly apiKey: string;
  readonly grants: ClaimGrants;
}

/** An expired token is good for this long, as at the open server. */
const leewaySeconds = 60;
const jobTokenSeconds = 3_600;

/** Finds the token of a request: the header wins, then the `access_token` of the query. */
export function tokenOf(request: IncomingMessage): string | undefined {
  const header = request.headers.authorization;
  if (header !== undefined) return header.startsWith('Bearer ') ? header.slice(7) : undefined;
  return new URLSearchParams(request.url?.split('?')[1]).get('access_token') ?? undefined;
}

/** Checks a token against the keys. Anything wrong with it is `undefined`; why is nobody's business. */
export async function verify(token: string | undefined, keys: Keys): Promise<Caller | undefined> {
  const [header, payload] = (token ?? '').split('.').map(readPart);
  const apiKey = String(payload?.iss ?? '');
  const secret = keys.get(apiKey);
  // The library takes any HMAC, the server only this one.
  if (token === undefined || !secret || header?.alg !== 'HS256') return undefined;
  try {
    const grants = await new TokenVerifier(apiKey, secret.reveal()).verify(token, leewaySeconds);
    return { apiKey, grants };
  } catch {
    return undefined;
  }
}

/** What a job token is made of. */
export interface JobTokenInput {
  readonly apiKey: string;
  readonly secret: Secret;
  readonly room: string;
  readonly agentName: string;
  readonly permissions: ParticipantPermission | undefined;
  readonly identity: string;
  readonly name: string;
  readonly metadata: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * Mints the token of an assignment as the open server does: signed with the worker's key, one
 * hour, kind agent, grants from the registration. Without an identity it has no subject.
 */
export function mintJobToken(input: JobTokenInput): Secret {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: input.apiKey,
    ...(input.identity ? { sub: input.identity } : {}),
    nbf: now,
    iat: now,
    exp: now + jobTokenSeconds,
    name: input.name,
    kind: 'agent',
    metadata: input.metadata,
    attributes: { ...input.attributes, 'lk.agent_name': input.agentName },
    video: { roomJoin: true, room: input.room, agent: true, ...grantsOf(input.permissions) },
  };
  const body = [{ alg: 'HS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = createHmac('sha256', input.secret.reveal()).update(body).digest('base64url');
  return new Secret(`${body}.${signature}`);
}

/** Permissions that are absent are all granted; an empty record grants nothing. */
function grantsOf(permissions: ParticipantPermission | undefined) {
  const all = permissions === undefined;
  return {
    canPublish: permissions?.canPublish ?? all,
    canSubscribe: permissions?.canSubscribe ?? all,
    canPublishData: permissions?.canPublishData ?? all,
    canUpdateOwnMetadata: permissions?.canUpdateMetadata ?? all,
    canSubscribeMetrics: permissions?.canSubscribeMetrics ?? false,
    ...(permissions?.hidden ? { hidden: true } : {}),
  };
}

function readPart(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
