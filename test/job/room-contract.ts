import type { EventEmitter } from 'node:events';
import type {
  Participant,
  RemoteParticipant,
  RemoteTrack,
  RemoteTrackPublication,
  Room,
} from '@livekit/rtc-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JobContext } from '../../src/job/context.types.js';
import { createLog } from '../../src/job/log.js';
import { participantEntrypoints } from '../../src/job/participant-entrypoints.js';
import {
  waitForAgent,
  waitForParticipant,
  waitForParticipantAttribute,
  waitForTrackPublication,
} from '../../src/job/participants.js';

/** What somebody else in the room can do. */
export interface Peer {
  say(text: string, topic: string): Promise<void>;
  /** The next data message that arrives. */
  hear(): Promise<{ readonly text: string; readonly topic: string | undefined }>;
  leave(): Promise<void>;
  setAttributes(attributes: Readonly<Record<string, string>>): Promise<void>;
  /** Publishes a track of its microphone. */
  publish(): Promise<void>;
}

/** A room that the agent has not joined yet, and the rest of the world. */
export interface RoomUnderTest {
  readonly room: Room;
  readonly name: string;
  connect(): Promise<void>;
  join(identity: string, kind?: 'standard' | 'agent'): Promise<Peer>;
  /** Closes the room from outside. */
  close(): Promise<void>;
  /** Leaves nothing behind. */
  end(): Promise<void>;
}

const patienceMs = 5_000;

/** What an agent may rely on in any room: the same promises for the simulated and the real one. */
export const roomContract = (kind: string, make: () => Promise<RoomUnderTest>): void => {
  const open = async () => {
    const under = await make();
    onTestFinished(() => under.end());
    return under;
  };
  const connected = async () => {
    const under = await open();
    await under.connect();
    return under;
  };

  describe(`${kind} room`, () => {
    it('has neither a name nor a participant before it is joined', async () => {
      const { room } = await open();

      expect([room.name, room.localParticipant, room.isConnected]).toEqual([
        undefined,
        undefined,
        false,
      ]);
    });

    it('has a name, a sid and the agent itself once it is joined', async () => {
      const { room, name } = await connected();

      expect([room.name, room.localParticipant?.identity, room.isConnected]).toEqual([
        name,
        'agent',
        true,
      ]);
      expect(await room.getSid()).toMatch(/^RM_/);
    });

    it('knows at once who was there before', async () => {
      const { room, join, connect } = await open();
      await join('alice');

      await connect();

      expect([...room.remoteParticipants.keys()]).toEqual(['alice']);
    });

    it('announces who joins and who leaves', async () => {
      const { room, join } = await connected();
      const joined = next(room, 'participantConnected');
      const alice = await join('alice');
      expect((await joined)[0].identity).toEqual('alice');
      expect(room.remoteParticipants.get('alice')?.kind).toEqual(0);

      const left = next(room, 'participantDisconnected');
      await alice.leave();

      expect((await left)[0].identity).toEqual('alice');
      expect(room.remoteParticipants.size).toEqual(0);
    });

    it('brings data with its sender and topic', async () => {
      const { room, join } = await connected();
      const alice = await join('alice');
      const received = next(room, 'dataReceived');

      await alice.say('hello', 'chat');

      const [payload, sender, , topic] = await received;
      expect([text(payload), sender?.identity, topic]).toEqual(['hello', 'alice', 'chat']);
    });

    it('carries data to all, or to whom it is for', async () => {
      const { room, join } = await connected();
      const [alice, bob] = [await join('alice'), await join('bob')];

      await publish(room, 'for bob', { topic: 'chat', destination_identities: ['bob'] });
      await publish(room, 'for all', { topic: 'news' });

      expect([await bob.hear(), await bob.hear()]).toEqual([
        { text: 'for bob', topic: 'chat' },
        { text: 'for all', topic: 'news' },
      ]);
      expect(await alice.hear()).toEqual({ text: 'for all', topic: 'news' });
    });

    it('merges attributes of the agent, and takes an empty text for none', async () => {
      const { room } = await connected();
      await room.localParticipant?.setAttributes({ mood: 'calm', step: '1' });
      const changed = next(room, 'participantAttributesChanged', ([them]) => them.step === '2');

      await room.localParticipant?.setAttributes({ mood: '', step: '2' });

      expect((await changed)[1].identity).toEqual('agent');
      expect(room.localParticipant?.attributes).toEqual({ step: '2' });
    });

    it('tells changes of its own metadata and name', async () => {
      const { room } = await connected();
      const metadata = next(room, 'participantMetadataChanged');
      await room.localParticipant?.updateMetadata('on call');
      expect((await metadata)[0]).toEqual('on call');

      const name = next(room, 'participantNameChanged');
      await room.localParticipant?.updateName('Iris');
      expect((await name)[0]).toEqual('Iris');

      expect([room.localParticipant?.metadata, room.localParticipant?.name]).toEqual([
        'on call',
        'Iris',
      ]);
    });

    it('tells of attributes that somebody else changes', async () => {
      const { room, join } = await connected();
      const alice = await join('alice');
      const changed = next(
        room,
        'participantAttributesChanged',
        ([, who]) => who.identity === 'alice',
      );

      await alice.setAttributes({ language: 'de' });

      const [attributes, who] = await changed;
      expect([attributes.language, who.attributes]).toEqual(['de', { language: 'de' }]);
    });

    it('tells of tracks, and subscribes to them', async () => {
      const { room, join } = await connected();
      const alice = await join('alice');
      const published = next(room, 'trackPublished');
      const subscribed = next(room, 'trackSubscribed');

      await alice.publish();

      const [publication, who] = await published;
      const [track, , from] = await subscribed;
      expect([publication.kind, publication.source, who.identity]).toEqual([1, 2, 'alice']);
      expect([publication.subscribed, from.identity]).toEqual([true, 'alice']);
      expect(publication.track).toBe(track);
      expect([...who.trackPublications.keys()]).toEqual([publication.sid]);
    });

    it('is waited in for people, their tracks and attributes, and for agents (F-113, F-115)', async () => {
      const { room, join } = await connected();
      const waiting = { room, jobSignal: new AbortController().signal };
      const limits = { timeout: 4 * patienceMs };
      const person = waitForParticipant(waiting, limits);
      const track = waitForTrackPublication(waiting, {
        kind: 'audio',
        subscribed: true,
        ...limits,
      });
      const german = waitForParticipantAttribute(waiting, {
        ...{ attribute: 'language', value: 'de' },
        ...limits,
      });
      const agent = waitForAgent(waiting, 'translator', limits);

      const helper = await join('helper', 'agent');
      const alice = await join('alice');
      await helper.setAttributes({ 'lk.agent.name': 'translator' });
      await alice.setAttributes({ language: 'de' });
      await alice.publish();

      const found = (await Promise.all([person, german, agent])).map(({ identity }) => identity);
      expect(found).toEqual(['alice', 'alice', 'helper']);
      expect((await track).subscribed).toBe(true);
    });

    it('has entrypoints for those who are there and for those who come (F-114)', async () => {
      const { room, join, connect } = await open();
      const ran: string[] = [];
      const entrypoints = participantEntrypoints({
        roomOf: () => room,
        jobSignal: new AbortController().signal,
        log: createLog({ level: () => 'silent', fields: {}, write: () => {} }),
      });
      entrypoints.add({} as JobContext, (_, { identity }) => {
        ran.push(identity);
      });
      await join('alice');

      await connect();
      entrypoints.greet();
      const joined = next(room, 'participantConnected');
      await join('bob');
      await joined;

      expect(ran).toEqual(['alice', 'bob']);
    });

    it('says once that it is left, and takes no data after', async () => {
      const { room } = await connected();
      const told: unknown[] = [];
      room.on('disconnected', (reason) => told.push(reason));

      await room.disconnect();
      await room.disconnect();

      expect([told, room.isConnected]).toEqual([[1], false]);
      await expect(publish(room, 'too late', {})).rejects.toThrow();
    });

    it('says that it was closed from outside', async () => {
      const { room, close } = await connected();
      const gone = next(room, 'disconnected');

      await close();

      expect(await gone).toEqual([5]);
      expect(room.isConnected).toEqual(false);
    });
  });
};

/** The events that the promises above are about, as the library describes their arguments. */
interface Told {
  participantConnected: [RemoteParticipant];
  participantDisconnected: [RemoteParticipant];
  participantAttributesChanged: [Record<string, string>, Participant];
  participantMetadataChanged: [string | undefined, Participant];
  participantNameChanged: [string, Participant];
  trackPublished: [RemoteTrackPublication, RemoteParticipant];
  trackSubscribed: [RemoteTrack, RemoteTrackPublication, RemoteParticipant];
  dataReceived: [Uint8Array, RemoteParticipant | undefined, unknown, string | undefined];
  disconnected: [number];
}

/** The arguments of the next such event. */
function next<Name extends keyof Told>(
  room: Room,
  name: Name,
  matches: (args: Told[Name]) => boolean = () => true,
): Promise<Told[Name]> {
  const events = room as unknown as EventEmitter;
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer);
      events.off(name, listener);
      settle();
    };
    const late = () => reject(new Error(`No "${name}" within ${patienceMs} ms`));
    const timer = setTimeout(() => end(late), patienceMs);
    const listener = (...args: unknown[]) => {
      const told = args as Told[Name];
      if (matches(told)) end(() => resolve(told));
    };
    events.on(name, listener);
  });
}

const text = (payload: Uint8Array): string => new TextDecoder().decode(payload);

const publish = async (room: Room, words: string, options: object): Promise<void> =>
  room.localParticipant?.publishData(new TextEncoder().encode(words), {
    reliable: true,
    ...options,
  });
