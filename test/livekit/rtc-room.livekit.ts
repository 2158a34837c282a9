import { randomUUID } from 'node:crypto';
import {
  AudioSource,
  dispose,
  LocalAudioTrack,
  Room,
  RoomEvent,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';
import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, describe } from 'vitest';
import { type Peer, roomContract } from '../job/room-contract.js';
import { type LiveKitServer, liveKitServer } from '../support/livekit.js';
import { mailbox } from '../support/mailbox.js';

// The setup of the suite has said it, where there is none.
const server = await liveKitServer(() => {});
const options = { autoSubscribe: true, dynacast: false };

afterAll(async () => {
  await dispose();
  await server?.stop();
});

describe.runIf(server)('on a LiveKit server', () => {
  roomContract('a real', async () => {
    const { url, ...keys } = server as LiveKitServer;
    const service = new RoomServiceClient(url.replace(/^ws/, 'http'), keys.apiKey, keys.apiSecret);
    const name = `contract-${randomUUID()}`;
    const token = (identity: string, kind?: string) => tokenFor(keys, name, identity, kind);
    const agent = new Room();
    const peers: Room[] = [];

    return {
      room: agent,
      name,
      connect: async () => agent.connect(url, await token('agent'), options),
      close: () => service.deleteRoom(name),
      end: async () => {
        await Promise.all([agent, ...peers].map((room) => room.disconnect()));
        await service.deleteRoom(name).catch(() => {});
      },
      join: async (identity, kind) => {
        const room = new Room();
        peers.push(room);
        const peer = peerIn(room);
        await room.connect(url, await token(identity, kind), options);
        if (agent.isConnected) await seen(agent, identity);
        return peer;
      },
    };
  });
});

type Keys = Pick<LiveKitServer, 'apiKey' | 'apiSecret'>;

function tokenFor(
  { apiKey, apiSecret }: Keys,
  room: string,
  identity: string,
  kind = 'standard',
): Promise<string> {
  const token = new AccessToken(apiKey, apiSecret, { identity });
  token.addGrant({ roomJoin: true, room, canUpdateOwnMetadata: true });
  token.kind = kind;
  return token.toJwt();
}

function peerIn(room: Room): Peer {
  const heard = mailbox<{ text: string; topic: string | undefined }>();
  room.on(RoomEvent.DataReceived, (payload, _sender, _kind, topic) =>
    heard.put({ text: new TextDecoder().decode(payload), topic }),
  );
  return {
    say: async (text, topic) =>
      room.localParticipant?.publishData(new TextEncoder().encode(text), { reliable: true, topic }),
    hear: () => heard.take(),
    leave: () => room.disconnect(),
    setAttributes: async (attributes) => room.localParticipant?.setAttributes({ ...attributes }),
    publish: async () => {
      const track = LocalAudioTrack.createAudioTrack('mic', new AudioSource(48_000, 1));
      const microphone = new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE });
      await room.localParticipant?.publishTrack(track, microphone);
    },
  };
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
