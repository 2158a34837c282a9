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
import { startHistory } from '../../support/history.js';
import { server } from './server.js';

/** What a caller heard, and from whom. */
export interface Heard {
  readonly identity: string;
  readonly text: string;
}

/** A human in a room, who leaves it with the test. */
export interface Caller {
  /**
   * Waits until somebody is there. The server announces those who publish nothing every three
   * seconds, and not at all if they left before.
   */
  meet(identity: string): Promise<RemoteParticipant>;
  say(text: string): Promise<void>;
  /** Says something and waits until somebody says the same. */
  hearEcho(text: string): Promise<Heard>;
  /** Publishes a microphone that hears nothing. */
  publishMicrophone(): Promise<void>;
}

/** Joins a room as a human; where there is none, the server makes it. */
export async function call(roomName: string, identity = 'caller'): Promise<Caller> {
  const room = new Room();
  const here = startHistory<RemoteParticipant>((all) => all.map((one) => one.identity).join(', '));
  const heard = startHistory<Heard>((all) => all.map(({ text }) => text).join(', '));
  room.on('participantConnected', here.add);
  room.on('dataReceived', (data, someone) =>
    heard.add({ identity: someone?.identity ?? '', text: new TextDecoder().decode(data) }),
  );
  onTestFinished(() => room.disconnect());
  await room.connect(server.url, await tokenFor(roomName, identity), {
    autoSubscribe: true,
    dynacast: false,
  });
  for (const someone of room.remoteParticipants.values()) here.add(someone);

  const say = async (text: string) =>
    room.localParticipant?.publishData(new TextEncoder().encode(text), { reliable: true });
  return {
    say,
    meet: (other) => here.waitFor((someone) => someone.identity === other, 15_000),
    hearEcho: async (text) => {
      await say(text);
      return heard.waitFor((it) => it.text === text, 5_000);
    },
    publishMicrophone: () => publishMicrophone(room),
  };
}

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
