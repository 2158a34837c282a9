import { randomUUID } from 'node:crypto';
import { dispose, Room, RoomEvent } from '@livekit/rtc-node';
import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, it } from 'vitest';
import { type Peer, roomContract } from '../job/room-contract.js';
import { liveKitServer } from '../support/livekit.js';
import { mailbox } from '../support/mailbox.js';

const server = await liveKitServer();

afterAll(async () => {
  await dispose();
  await server?.stop();
});

if (!server) it.skip('needs a LiveKit server', () => {});
else {
  const { url, apiKey, apiSecret } = server;
  const service = new RoomServiceClient(url.replace(/^ws/, 'http'), apiKey, apiSecret);
  const tokenFor = (room: string, identity: string) => {
    const token = new AccessToken(apiKey, apiSecret, { identity });
    token.addGrant({ roomJoin: true, room, canUpdateOwnMetadata: true });
    return token.toJwt();
  };

  const join = async (
    name: string,
    identity: string,
    agent: Room,
  ): Promise<Peer & { end(): Promise<void> }> => {
    const room = new Room();
    const heard = mailbox<{ text: string; topic: string | undefined }>();
    room.on(RoomEvent.DataReceived, (payload, _sender, _kind, topic) =>
      heard.put({ text: new TextDecoder().decode(payload), topic }),
    );
    await room.connect(url, await tokenFor(name, identity), {
      autoSubscribe: true,
      dynacast: false,
    });
    if (agent.isConnected) await seen(agent, identity);
    return {
      say: async (text, topic) =>
        room.localParticipant?.publishData(new TextEncoder().encode(text), {
          reliable: true,
          topic,
        }),
      hear: () => heard.take(),
      leave: () => room.disconnect(),
      end: () => room.disconnect(),
    };
  };

  roomContract('a real', async () => {
    const name = `contract-${randomUUID()}`;
    const room = new Room();
    const peers: { end(): Promise<void> }[] = [];
    return {
      room,
      name,
      connect: async () =>
        room.connect(url, await tokenFor(name, 'agent'), { autoSubscribe: true, dynacast: false }),
      close: () => service.deleteRoom(name),
      end: async () => {
        await Promise.all(
          [room, ...peers.splice(0).map((it) => ({ disconnect: it.end }))].map((it) =>
            it.disconnect(),
          ),
        );
        await service.deleteRoom(name).catch(() => {});
      },
      join: async (identity) => {
        const peer = await join(name, identity, room);
        peers.push(peer);
        return peer;
      },
    };
  });
}

/** Resolves when the agent knows of somebody. */
function seen(agent: Room, identity: string): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!agent.remoteParticipants.has(identity)) return;
      agent.off(RoomEvent.ParticipantConnected, look);
      resolve();
    };
    agent.on(RoomEvent.ParticipantConnected, look);
    look();
  });
}
