import { EventEmitter } from 'node:events';
import type { Room } from '@livekit/rtc-node';
import { expect, it } from 'vitest';
import { createJobRoom } from '../../src/job/job-room.js';

const track = (kind: 1 | 2) => {
  const publication = { kind, subscribed: false, setSubscribed: () => {} };
  publication.setSubscribed = () => {
    publication.subscribed = true;
  };
  return publication;
};

/** A room of the native library, as far as joining and leaving go; `answers` says how each join ends. */
function nativeRoom(...answers: (() => Promise<void>)[]) {
  const calls: unknown[][] = [];
  const room = Object.assign(new EventEmitter(), {
    isConnected: false,
    remoteParticipants: new Map<string, { trackPublications: Map<string, unknown> }>(),
    connect: async (...args: unknown[]) => {
      calls.push(['connect', ...args]);
      await answers.shift()?.();
      room.isConnected = true;
    },
    disconnect: async () => {
      calls.push(['disconnect']);
      room.isConnected = false;
    },
  });
  return { room, calls };
}

function jobRoom({ room }: ReturnType<typeof nativeRoom>) {
  const end = new AbortController();
  const told: string[] = [];
  const subject = createJobRoom({
    url: 'wss://media.example',
    token: 'eyJ.secret.token',
    signal: end.signal,
    create: () => room as unknown as Room,
    onJoining: () => told.push('joining'),
    onJoined: () => told.push('joined'),
    onDisconnected: () => told.push('disconnected'),
  });
  return { ...subject, end, told };
}

it('joins once with the address and the token of its job (F-64, F-103, F-105, C-7)', async () => {
  const native = nativeRoom();
  const { connect, peek } = jobRoom(native);
  expect(peek()).toEqual(undefined);

  await Promise.all([connect(), connect({ autoSubscribe: false })]);
  await connect();

  const options = { autoSubscribe: true, dynacast: false };
  expect(native.calls).toEqual([['connect', 'wss://media.example', 'eyJ.secret.token', options]]);
});

it('passes on encryption and settings of the connection (F-104, C-7)', async () => {
  const native = nativeRoom();
  const { connect } = jobRoom(native);
  const e2ee = { keyProviderOptions: { sharedKey: new Uint8Array(1) } };
  const rtcConfig = { iceTransportType: 1, continualGatheringPolicy: 1, iceServers: [] };

  await connect({ e2ee, rtcConfig, dynacast: true } as never);

  expect(native.calls[0]?.[3]).toEqual({
    ...{ autoSubscribe: true, dynacast: true },
    ...{ encryption: e2ee, rtcConfig },
  });
});

it('may join again after a failure, which does not show the token', async () => {
  const refuse = async () => {
    throw new Error('401: invalid token eyJ.secret.token');
  };
  const native = nativeRoom(refuse);
  const { connect } = jobRoom(native);

  await expect(connect()).rejects.toMatchObject({
    code: 'ERR_CONNECTION_FAILED',
    message: 'Cannot join the room: 401: invalid token [secret]',
  });
  await connect();

  expect(native.room.isConnected).toEqual(true);
});

it('gives up joining when the job ends, and leaves a room that was joined late (D-25, N-39)', async () => {
  let joined = () => {};
  const native = nativeRoom(
    () =>
      new Promise((resolve) => {
        joined = resolve;
      }),
  );
  const { connect, leave, end } = jobRoom(native);
  const connecting = connect();

  end.abort(new Error('drain'));
  await expect(connecting).rejects.toThrow('drain');
  const leaving = leave();
  joined();
  await leaving;

  expect(native.calls.map(([name]) => name)).toEqual(['connect', 'disconnect']);
});

it.each([
  ['audio', [true, false]],
  ['video', [false, true]],
] as const)(
  'subscribes to %s only, of those who are there and who come (F-103, C-8)',
  async (kind, expected) => {
    const native = nativeRoom();
    const there = [track(1), track(2)] as const;
    const later = [track(1), track(2)] as const;
    native.room.remoteParticipants.set('alice', {
      trackPublications: new Map(there.map((it, index) => [String(index), it])),
    });
    const { connect } = jobRoom(native);

    await connect({ autoSubscribe: kind });
    for (const publication of later) native.room.emit('trackPublished', publication);

    expect(native.calls[0]?.[3]).toEqual({ autoSubscribe: false, dynacast: false });
    expect(there.map(({ subscribed }) => subscribed)).toEqual(expected);
    expect(later.map(({ subscribed }) => subscribed)).toEqual(expected);
  },
);

it('tells when the room is gone, and leaves nothing where nobody looked at it', async () => {
  const native = nativeRoom();
  const { get, leave, told } = jobRoom(native);
  await leave();
  expect(native.calls).toEqual([]);

  get().emit('disconnected', 5);

  expect(told).toEqual(['disconnected']);
});
