import {
  AudioFrame,
  AudioSource,
  LocalAudioTrack,
  type RemoteParticipant,
  Room,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';
import { AccessToken } from 'livekit-server-sdk';
import { onTestFinished } from 'vitest';
import { type History, startHistory } from '../../support/history.js';
import { server } from './server.js';

/** What a caller noticed, and when. */
export type Noticed = { readonly at: number; readonly identity: string } & (
  | { readonly what: 'came' | 'left' }
  | { readonly what: 'said'; readonly text: string }
);

/** A human in a room. */
export interface Caller {
  readonly room: Room;
  readonly noticed: History<Noticed>;
  /** Waits until somebody is there, from the past or the future. */
  meet(identity: string): Promise<RemoteParticipant>;
  /** Waits until somebody left who was there. */
  miss(identity: string, ms?: number): Promise<Noticed>;
  say(text: string): Promise<void>;
  /** Says something and waits until somebody says the same. */
  hearEcho(text: string): Promise<Noticed>;
  /** Publishes a microphone that hears nothing. */
  publishMicrophone(): Promise<void>;
  leave(): Promise<void>;
}

/** Joins a room as a human; without an earlier one the server makes the room. */
export async function call(roomName: string, identity = 'caller'): Promise<Caller> {
  const room = new Room();
  const noticed = startHistory<Noticed>((all) => JSON.stringify(all));
  room.on('participantConnected', (someone) => noticed.add(at('came', someone)));
  room.on('participantDisconnected', (someone) => noticed.add(at('left', someone)));
  room.on('dataReceived', (data, someone) =>
    noticed.add({
      ...{ at: Date.now(), identity: someone?.identity ?? '', what: 'said' },
      text: new TextDecoder().decode(data),
    }),
  );
  onTestFinished(() => room.disconnect());
  await room.connect(server.url, await tokenFor(roomName, identity), {
    autoSubscribe: true,
    dynacast: false,
  });
  for (const someone of room.remoteParticipants.values()) noticed.add(at('came', someone));

  const say = async (text: string) =>
    room.localParticipant?.publishData(new TextEncoder().encode(text), { reliable: true });
  return {
    ...{ room, noticed, say },
    meet: async (other) => {
      await noticed.waitFor(({ what, identity }) => what === 'came' && identity === other, 15_000);
      const someone = room.remoteParticipants.get(other);
      if (!someone) throw new Error('Who came is gone already.');
      return someone;
    },
    miss: (other, ms = 15_000) =>
      noticed.waitFor(({ what, identity }) => what === 'left' && identity === other, ms),
    hearEcho: async (text) => {
      await say(text);
      return noticed.waitFor((it) => it.what === 'said' && it.text === text, 5_000);
    },
    publishMicrophone: () => publishMicrophone(room),
    leave: () => room.disconnect(),
  };
}

const at = (what: 'came' | 'left', { identity }: RemoteParticipant): Noticed => ({
  ...{ at: Date.now(), what, identity },
});

async function tokenFor(room: string, identity: string): Promise<string> {
  const token = new AccessToken(server.apiKey, server.apiSecret, { identity });
  token.addGrant({ roomJoin: true, room });
  return token.toJwt();
}

async function publishMicrophone(room: Room): Promise<void> {
  const source = new AudioSource(48_000, 1);
  const track = LocalAudioTrack.createAudioTrack('microphone', source);
  onTestFinished(() => track.close());
  await room.localParticipant?.publishTrack(
    track,
    new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE }),
  );
  await source.captureFrame(new AudioFrame(new Int16Array(480), 48_000, 1, 480));
}
