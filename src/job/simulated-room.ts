import type { EventEmitter } from 'node:events';
import type { Room } from '@livekit/rtc-node';
import type {
  SimulatedIdentity,
  SimulatedParticipant,
  SimulatedPublishing,
} from './simulated-participant.js';
import type { SimulatedPublication, SimulatedTrack } from './simulated-track.js';
import {
  emptyWorld,
  enter,
  exit,
  isConnected,
  join,
  leave,
  type OnPublished,
  publish,
  receive,
  type SimulatedChange,
  type SimulatedPeer,
  unpublish,
  update,
  type World,
} from './simulated-world.js';

const clientInitiated = 1;
const roomDeleted = 5;

/** The other side of a simulated room: what happens there without the agent's doing. */
export interface Simulation {
  /** Lets somebody in; the agent's room says `participantConnected`. */
  join(peer: SimulatedPeer): SimulatedParticipant;
  /** Lets somebody out; the agent's room says `participantDisconnected`. */
  leave(identity: string): void;
  /** Changes somebody's name, metadata or attributes; the agent's room says which. */
  update(identity: string, change: SimulatedChange): void;
  /**
   * Has somebody publish a track, without media; the agent's room says `trackPublished`, and
   * `trackSubscribed` unless it was joined without `autoSubscribe`.
   */
  publishTrack(identity: string, track: SimulatedTrack): SimulatedPublication;
  /** Has somebody take a track back; the agent's room says `trackUnpublished`. */
  unpublishTrack(identity: string, sid: string): void;
  /** Has a participant, or with no identity the server, send data to the agent. */
  data(payload: Uint8Array, identity?: string, topic?: string): void;
  /** Closes the room, as a server does that deletes it. */
  close(): void;
}

/** A room in memory: events and properties of a real one as far as it goes, without media. */
export interface SimulatedRoom extends EventEmitter {
  readonly name: string | undefined;
  readonly metadata: string | undefined;
  readonly isConnected: boolean;
  readonly connectionState: number;
  readonly numParticipants: number;
  /** The agent; undefined before `connect`. */
  readonly localParticipant: (SimulatedParticipant & SimulatedPublishing) | undefined;
  readonly remoteParticipants: Map<string, SimulatedParticipant>;
  /** The other side: what people and the server do. */
  readonly simulate: Simulation;
  getSid(): Promise<string>;
  connect(
    url?: string,
    token?: string,
    options?: { readonly autoSubscribe?: boolean },
  ): Promise<void>;
  disconnect(): Promise<void>;
}

interface SimulatedRoomInput {
  readonly room: { readonly name: string; readonly sid: string; readonly metadata: string };
  readonly local: SimulatedIdentity;
  /** Who is there before the agent. */
  readonly others: readonly SimulatedPeer[];
  /** Hears all that the agent publishes. */
  readonly onPublished?: OnPublished;
}

/** Makes a room that is entered by `connect` and driven by its `simulate`. */
export function createSimulatedRoom(input: SimulatedRoomInput): SimulatedRoom {
  const world = emptyWorld(input.onPublished);
  for (const peer of input.others) join(world, peer);
  return Object.defineProperties(world.events, {
    ...Object.getOwnPropertyDescriptors(properties(world, input)),
    ...Object.getOwnPropertyDescriptors(methods(world, input)),
  }) as unknown as SimulatedRoom;
}

/**
 * Whether a job's room is simulated, and with it the means to drive it.
 *
 * @example
 * if (isSimulatedRoom(ctx.room)) ctx.room.simulate.join({ identity: 'caller' });
 */
export const isSimulatedRoom = (room: Room): room is Room & Pick<SimulatedRoom, 'simulate'> =>
  'simulate' in room;

const properties = (world: World, { room }: SimulatedRoomInput) => ({
  get name() {
    return world.self && room.name;
  },
  get metadata() {
    return world.self && room.metadata;
  },
  get isConnected() {
    return isConnected(world);
  },
  get connectionState() {
    return world.connection;
  },
  get numParticipants() {
    return isConnected(world) ? world.participants.size + 1 : 0;
  },
  get localParticipant() {
    return world.self;
  },
  remoteParticipants: world.participants,
});

const methods = (world: World, { room, local }: SimulatedRoomInput) => ({
  simulate: {
    join: (peer) => join(world, peer),
    leave: (identity) => leave(world, identity),
    update: (identity, change) => update(world, identity, change),
    publishTrack: (identity, track) => publish(world, identity, track),
    unpublishTrack: (identity, sid) => unpublish(world, identity, sid),
    data: (payload, identity, topic) => receive(world, payload, identity, topic),
    close: () => exit(world, roomDeleted),
  } satisfies Simulation,
  getSid: async () => (isConnected(world) ? room.sid : ''),
  connect: async (
    _url?: string,
    _token?: string,
    { autoSubscribe = true }: { readonly autoSubscribe?: boolean } = {},
  ) => enter(world, local, autoSubscribe),
  disconnect: async () => {
    exit(world, clientInitiated);
    world.events.removeAllListeners();
  },
  // There is nobody who would open a stream, so there is nothing to call.
  registerTextStreamHandler: () => {},
  unregisterTextStreamHandler: () => {},
  registerByteStreamHandler: () => {},
  unregisterByteStreamHandler: () => {},
});
