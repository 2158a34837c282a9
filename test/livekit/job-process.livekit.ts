import { randomUUID } from 'node:crypto';
import { Job, JobType } from '@livekit/protocol';
import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { hearLog, runningJob, startOrder } from '../support/forked-runner.js';
import { type LiveKitServer, liveKitServer } from '../support/livekit.js';

// The setup of the suite has said it, where there is none.
const server = await liveKitServer(() => {});
afterAll(() => server?.stop());

const leave = { type: 'leave' } as const;
const shutdown = { type: 'shutdown', reason: 'drain', graceMs: 300 } as const;

/** A job process that is to join a new room of the server. */
async function jobInNewRoom({
  secret,
  agent = 'ordinary',
}: {
  secret?: string;
  agent?: string;
} = {}) {
  const { url, apiKey, apiSecret } = server as LiveKitServer;
  const service = new RoomServiceClient(url.replace(/^ws/, 'http'), apiKey, apiSecret);
  const name = `job-${randomUUID()}`;
  const token = new AccessToken(apiKey, secret ?? apiSecret, { identity: 'agent-job-1' });
  token.addGrant({ roomJoin: true, room: name, agent: true });
  onTestFinished(() => service.deleteRoom(name).catch(() => {}));

  const jwt = await token.toJwt();
  const job = new Job({ id: 'job-1', type: JobType.JT_ROOM, room: { name } });
  const runner = await runningJob(agent, { start: startOrder({ url, token: jwt }, job) });
  const identities = async () =>
    (await service.listParticipants(name)).map(({ identity }) => identity);
  return { runner, name, jwt, service, identities };
}

describe.runIf(server)('a job process on a LiveKit server', () => {
  it('joins the room, stays until it may leave, leaves and exits', async () => {
    const { runner, name, identities } = await jobInNewRoom();
    expect((await hearLog(runner, 'joined')).fields.room).toEqual(name);

    runner.tell(shutdown);
    await runner.hear('finished');
    expect(await identities()).toEqual(['agent-job-1']);
    runner.tell(leave);

    expect(await runner.ended).toEqual({ code: 0, signal: null });
    expect(await identities()).toEqual([]);
  });

  it('ends its job when the room is deleted (F-109)', async () => {
    const { runner, name, service } = await jobInNewRoom();
    await hearLog(runner, 'joined');

    await service.deleteRoom(name);

    expect(await runner.hear('closing')).toEqual({ type: 'closing', reason: 'room disconnected' });
    expect((await runner.hear('finished')).end).toEqual({ outcome: 'success' });
    runner.tell(leave);
    expect(await runner.ended).toEqual({ code: 0, signal: null });
  });

  it('finds its context in a listener that native code calls (F-122)', async () => {
    const { runner, name, service } = await jobInNewRoom({ agent: 'looks-from-native-code' });
    await hearLog(runner, 'joined');

    await service.updateRoomMetadata(name, 'gold');

    const { fields } = await hearLog(runner, 'looked');
    expect([fields.metadata, fields.isFound]).toEqual(['gold', true]);
  });

  it('leaves the room within a second when its worker is lost', async () => {
    const { runner, identities } = await jobInNewRoom();
    await hearLog(runner, 'joined');

    const lost = performance.now();
    runner.child.disconnect();

    expect(await runner.ended).toEqual({ code: null, signal: 'SIGKILL' });
    expect(performance.now() - lost).toBeLessThan(1_000);
    expect(await identities()).toEqual([]);
  });

  it('fails with the cause and without the token when it may not join', async () => {
    const { runner, jwt } = await jobInNewRoom({ secret: 'x'.repeat(32) });

    const { end } = await runner.hear('finished');
    expect(end).toEqual({
      outcome: 'failed',
      error: { code: 'ERR_ENTRYPOINT', message: expect.stringContaining('Cannot join the room: ') },
    });
    expect(JSON.stringify(runner.said)).not.toContain(jwt);
    runner.tell(leave);
    expect(await runner.ended).toEqual({ code: 0, signal: null });
  });
});
