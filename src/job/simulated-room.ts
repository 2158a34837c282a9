import { EventEmitter } from 'node:events';
import {
  type SimulatedIdentity,
  type SimulatedParticipant,
  type SimulatedPublishing,
  simulatedLocalParticipant,
  simulatedParticipant,
} from './simulated-participant.js';

// Numbers of LiveKit's enumerations, which live in a native package that is not needed here.
const state = { disconnected: 0, connected: 1 } as const;
const disconnectReason = { clientInitiated: 1, roomDeleted: 5 } as const;
const reliable = 1;

/** Somebody who joins a simulated room. */
export interface SimulatedPeer extends SimulatedIdentity {
  /** Receives what the agent publishes. */
  onData?(payload: Uint8Array, topic: string | undefined): void;
}

/** The other side of a simulated room: what happens there without the agent's doing. */
export interface Simulation {
  join(peer: SimulatedPeer): SimulatedParticipant;
  leave(identity: string): void;
  /** Has a participant, or with no identity the server, send data to the agent. */
  data(payload: Uint8Array, identity?: string, topic?: string): void;
  /** Closes the room, as a server does that deletes it. */
  close(): void;
}

/** A room in memory: the events and properties of a real one as far as it goes, without media. */
export interface SimulatedRoom extends EventEmitter {
  readonly name: string | undefined;
  readonly metadata: string | undefined;
  readonly isConnected: boolean;
  readonly connectionState: number;
  readonly numParticipants: number;
  readonly localParticipant: (SimulatedParticipant & SimulatedPublishing) | undefined;
  readonly remoteParticipants: Map<string, SimulatedParticipant>;
  readonly simulate: Simulation;
  getSid(): Promise<string>;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  registerTextStreamHandler(): void;
  unregisterTextStreamHandler(): void;
  registerByteStreamHandler(): void;
  unregisterByteStreamHandler(): void;
}

interface SimulatedRoomInput {
  readonly room: { readonly name: string; readonly sid: string; readonly metadata: string };
  readonly local: SimulatedIdentity;
  /** Who is there before the agent. */
  readonly others: readonly SimulatedPeer[];
}

/** Makes a room that is connected by `connect`, and driven by its `simulate`. */
export function createSimulatedRoom({ room, local, others }: SimulatedRoomInput): SimulatedRoom {
  const events = new EventEmitter();
  const remote = new Map<string, SimulatedParticipant>();
  const peers = new Map<string, SimulatedPeer>();
  let connection: 0 | 1 = state.disconnected;
  let self: SimulatedRoom['localParticipant'];

  const isConnected = () => connection === state.connected;
  const move = (next: 0 | 1) => {
    connection = next;
    events.emit('connectionStateChanged', next);
  };
  const join = (peer: SimulatedPeer) => {
    const participant = simulatedParticipant(peer);
    remote.set(peer.identity, participant);
    peers.set(peer.identity, peer);
    if (isConnected()) events.emit('participantConnected', participant);
    return participant;
  };
  const leave = (identity: string) => {
    const participant = remote.get(identity);
    remote.delete(identity);
    peers.delete(identity);
    if (participant && isConnected()) events.emit('participantDisconnected', participant);
  };
  const end = (reason: number) => {
    if (!isConnected()) return;
    move(state.disconnected);
    events.emit('disconnected', reason);
  };
  const deliver = (payload: Uint8Array, topic: string | undefined, to: readonly string[]) => {
    const addressed = [...peers.values()].filter(
      ({ identity }) => to.length === 0 || to.includes(identity),
    );
    for (const peer of addressed) peer.onData?.(payload, topic);
  };
  const members = {
    get name() {
      return self && room.name;
    },
    get metadata() {
      return self && room.metadata;
    },
    get isConnected() {
      return isConnected();
    },
    get connectionState() {
      return connection;
    },
    get numParticipants() {
      return isConnected() ? remote.size + 1 : 0;
    },
    get localParticipant() {
      return self;
    },
    remoteParticipants: remote,
    simulate: {
      join,
      leave,
      data: (payload, identity, topic) => {
        if (!isConnected()) return;
        events.emit('dataReceived', payload, remote.get(identity ?? ''), reliable, topic);
      },
      close: () => end(disconnectReason.roomDeleted),
    } satisfies Simulation,
    getSid: async () => (isConnected() ? room.sid : ''),
    connect: async () => {
      if (isConnected()) return;
      self = simulatedLocalParticipant(local, {
        mayAct: isConnected,
        onData: deliver,
        onEvent: (event, ...args) => events.emit(event, ...args),
      });
      move(state.connected);
    },
    disconnect: async () => {
      end(disconnectReason.clientInitiated);
      events.removeAllListeners();
    },
    registerTextStreamHandler: () => {},
    unregisterTextStreamHandler: () => {},
    registerByteStreamHandler: () => {},
    unregisterByteStreamHandler: () => {},
  };

  others.forEach(join);
  return Object.defineProperties(
    events,
    Object.getOwnPropertyDescriptors(members),
  ) as unknown as SimulatedRoom;
}
