import { AccessToken } from 'livekit-server-sdk';

/** A token as a server gives it to a job, which ends after some seconds. */
export function jobToken(ttlSeconds: number): Promise<string> {
  const token = new AccessToken('marker-of-the-key', 'marker-of-the-secret', {
    ...{ identity: 'agent-1', name: 'Agent', metadata: 'm', attributes: { mood: 'calm' } },
    ttl: ttlSeconds,
  });
  token.kind = 'agent';
  token.addGrant({ roomJoin: true, room: 'lobby', agent: true });
  token.roomPreset = 'preset';
  return token.toJwt();
}
