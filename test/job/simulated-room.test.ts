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
    join: async (identity) => {
      const heard = mailbox<{ text: string; topic: string | undefined }>();
      room.simulate.join({
        identity,
        onData: (payload, topic) => heard.put({ text: new TextDecoder().decode(payload), topic }),
      });
      return {
        say: async (text, topic) =>
          room.simulate.data(new TextEncoder().encode(text), identity, topic),
        hear: () => heard.take(),
        leave: async () => room.simulate.leave(identity),
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

it('refuses what needs media, with the reason', async () => {
  const room = make() as unknown as Room;
  await room.connect('simulated:', 'token');

  await expect(room.localParticipant?.sendText('hello')).rejects.toThrow(
    'sendText: a simulated room carries data messages only.',
  );
});
