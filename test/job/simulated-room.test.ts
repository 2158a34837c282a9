import type { Room } from '@livekit/rtc-node';
import { expect, it } from 'vitest';
import { createSimulatedRoom } from '../../src/job/simulated-room.js';
import { mailbox } from '../support/mailbox.js';
import { roomContract } from './room-contract.js';

const make = () =>
  createSimulatedRoom({
    room: { name: 'lobby', sid: 'RM_1', metadata: 'gold' },
    local: { identity: 'agent', name: 'Agent', metadata: '', attributes: {} },
    others: [],
  });

roomContract('a simulated', async () => {
  const room = make();
  return {
    room: room as unknown as Room,
    name: 'lobby',
    connect: () => room.connect(),
    close: async () => room.simulate.close(),
    end: () => room.disconnect(),
    join: async (identity, kind = 'standard') => {
      const heard = mailbox<{ text: string; topic: string | undefined }>();
      room.simulate.join({
        identity,
        kind: kind === 'agent' ? 4 : 0,
        onData: (payload, topic) => heard.put({ text: new TextDecoder().decode(payload), topic }),
      });
      return {
        say: async (text, topic) =>
          room.simulate.data(new TextEncoder().encode(text), identity, topic),
        hear: () => heard.take(),
        leave: async () => room.simulate.leave(identity),
        setAttributes: async (attributes) => room.simulate.update(identity, { attributes }),
        publish: async () => void room.simulate.publishTrack(identity, { kind: 'audio' }),
      };
    },
  };
});

it('is driven by its other side only while it is connected', async () => {
  const room = make();
  const told: string[] = [];
  for (const name of ['participantConnected', 'participantDisconnected', 'dataReceived']) {
    room.on(name, () => told.push(name));
  }

  room.simulate.join({ identity: 'alice' });
  room.simulate.data(new Uint8Array(1), 'alice');
  room.simulate.leave('alice');
  room.simulate.close();
  expect(told).toEqual([]);
  expect(await room.getSid()).toEqual('');

  await room.connect();
  room.simulate.data(new Uint8Array(1));
  expect(told).toEqual(['dataReceived']);
});

it('counts who is there, and gives everybody an empty list of tracks', async () => {
  const room = make();
  room.simulate.join({ identity: 'alice', name: 'Alice', attributes: { seat: '4' } });
  await room.connect();

  expect([room.numParticipants, room.metadata, room.connectionState]).toEqual([2, 'gold', 1]);
  expect(room.remoteParticipants.get('alice')).toEqual({
    sid: 'PA_alice',
    identity: 'alice',
    name: 'Alice',
    metadata: '',
    attributes: { seat: '4' },
    kind: 0,
    trackPublications: new Map(),
  });
});

it('changes what is known of somebody, and says so', async () => {
  const room = make();
  room.simulate.join({ identity: 'alice', attributes: { seat: '4' } });
  const told: unknown[] = [];
  for (const name of ['NameChanged', 'MetadataChanged', 'AttributesChanged']) {
    room.on(`participant${name}`, (value, { identity }) => told.push([name, value, identity]));
  }

  room.simulate.update('alice', { name: 'Al' });
  expect(told).toEqual([]);
  await room.connect();
  room.simulate.update('alice', { metadata: 'gold' });
  room.simulate.update('alice', { name: 'Alice', attributes: { seat: '', row: '1' } });

  expect(told).toEqual([
    ['MetadataChanged', 'gold', 'alice'],
    ['NameChanged', 'Alice', 'alice'],
    ['AttributesChanged', { seat: '', row: '1' }, 'alice'],
  ]);
  expect(room.remoteParticipants.get('alice')).toMatchObject({
    name: 'Alice',
    metadata: 'gold',
    attributes: { row: '1' },
  });
});

it('has tracks that come, are subscribed to, and go', async () => {
  const room = make();
  room.simulate.join({ identity: 'alice' });
  const told: unknown[] = [];
  for (const name of ['Published', 'Subscribed', 'Unsubscribed', 'Unpublished']) {
    room.on(`track${name}`, (first) => told.push([name, first.sid]));
  }
  room.simulate.publishTrack('alice', { kind: 'video', name: 'camera' });
  expect(told).toEqual([]);

  await room.connect();
  const mic = room.simulate.publishTrack('alice', { kind: 'audio', name: 'mic' });
  mic.setSubscribed(true);
  room.simulate.unpublishTrack('alice', mic.sid);
  room.simulate.unpublishTrack('alice', 'TR_unknown');

  expect(told).toEqual([
    ['Subscribed', 'TR_1'],
    ['Published', 'TR_2'],
    ['Subscribed', 'TR_2'],
    ['Unsubscribed', 'TR_2'],
    ['Unpublished', 'TR_2'],
  ]);
  const tracks = [...(room.remoteParticipants.get('alice')?.trackPublications.values() ?? [])];
  expect(tracks.map(({ name, kind, source, track }) => [name, kind, source, track?.name])).toEqual([
    ['camera', 2, 1, 'camera'],
  ]);
});

it('names somebody who is not there', () => {
  const room = make();
  const message = 'There is no participant "bob" in the simulated room. Let it join first.';

  for (const act of [
    () => room.simulate.update('bob', { name: 'Bob' }),
    () => room.simulate.publishTrack('bob', { kind: 'audio' }),
    () => room.simulate.unpublishTrack('bob', 'TR_1'),
  ]) {
    expect(act).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message }));
  }
});

it('refuses what needs media, with the reason', async () => {
  const room = make() as unknown as Room;
  await room.connect('simulated:', 'token');

  await expect(room.localParticipant?.sendText('hello')).rejects.toThrow(
    'sendText: a simulated room carries data messages only.',
  );
});
