import type { EventEmitter } from 'node:events';
import type { Participant, RemoteParticipant, Room } from '@livekit/rtc-node';
import { describe, expect, it, onTestFinished } from 'vitest';

/** What somebody else in the room can do. */
export interface Peer {
  say(text: string, topic: string): Promise<void>;
  /** The next data message that arrives. */
  hear(): Promise<{ readonly text: string; readonly topic: string | undefined }>;
  leave(): Promise<void>;
}

/** A room that the agent has not joined yet, and the rest of the world. */
export interface RoomUnderTest {
  readonly room: Room;
  readonly name: string;
  connect(): Promise<void>;
  join(identity: string): Promise<Peer>;
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
