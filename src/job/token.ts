import { WorkerError } from '../errors.js';

/** What the server wrote into the token of a job, as far as it is no secret. It is not verified. */
export interface TokenClaims {
  /** Who the agent is in the room. */
  readonly identity: string;
  readonly name: string;
  /** What the participant is: `agent`. */
  readonly kind: string;
  readonly metadata: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** What it may do, and in which room: LiveKit's video grant. */
  readonly video: Readonly<Record<string, unknown>>;
  /** What it may do by telephone: LiveKit's SIP grant. */
  readonly sip: Readonly<Record<string, unknown>>;
  /** Until when it can be used to join; undefined if for ever. */
  readonly expiresAt: Date | undefined;
}

/**
 * Reads the claims of a token.
 *
 * @throws WorkerError `ERR_JOB_TOKEN` when it is no token.
 */
export function claimsOf(token: string): TokenClaims {
  const claims = payloadOf(token);
  return Object.freeze({
    identity: textIn(claims.sub),
    name: textIn(claims.name),
    kind: textIn(claims.kind),
    metadata: textIn(claims.metadata),
    attributes: recordIn(claims.attributes) as Readonly<Record<string, string>>,
    video: recordIn(claims.video),
    sip: recordIn(claims.sip),
    expiresAt: typeof claims.exp === 'number' ? new Date(claims.exp * 1_000) : undefined,
  });
}

/** The claims of a token, or nothing where it is none. */
export function readClaims(token: string): TokenClaims | undefined {
  try {
    return claimsOf(token);
  } catch {
    return undefined;
  }
}

function payloadOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const [, payload = ''] = token.split('.');
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    if (typeof claims === 'object' && claims !== null) return claims as Record<string, unknown>;
  } catch {
    // Its text must not get into an error.
  }
  throw new WorkerError('ERR_JOB_TOKEN', 'The token that the server gave this job is no JWT.');
}

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');

const recordIn = (value: unknown): Readonly<Record<string, unknown>> =>
  Object.freeze(typeof value === 'object' && value !== null ? { ...value } : {});
