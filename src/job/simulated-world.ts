import { EventEmitter } from 'node:events';
import { WorkerError } from '../errors.js';
import {
  type Mutable,
  merged,
  type SimulatedIdentity,
  type SimulatedParticipant,
  type SimulatedPublishing,
  simulatedLocalParticipant,
  simulatedParticipant,
} from './simulated-participant.js';
import {
  type SimulatedPublication,
  type SimulatedTrack,
  simulatedPublication,
} from './simulated-track.js';

// Numbers of LiveKit's enumerations, which live in a native package that is not needed here.
const reliable = 1;
const disconnected = 0;
const connected = 1;

/** Somebody who joins a simulated room. */
export interface SimulatedPeer extends SimulatedIdentity {
  /** Receives what the agent publishes. */
  onData?(payload: Uint8Array, topic: string | undefined): void;
}

/** What the agent published, and for whom: nobody named is everybody. */
export type OnPublished = (
  payload: Uint8Array,
  topic: string | undefined,
  to: readonly string[],
) => void;

/** What is true in a simulated room, and who listens. */
export interface World {
  readonly events: EventEmitter;
  readonly participants: Map<string, SimulatedParticipant>;
  readonly peers: Map<string, SimulatedPeer>;
  /** Hears all that the agent publishes, whomever it is for. */
  readonly onPublished: OnPublished;
  /** Whether the agent subscribes to whatever is published. */
  autoSubscribe: boolean;
  /** Tracks that were published so far. */
  tracks: number;
  connection: typeof disconnected | typeof connected;
  self: (SimulatedParticipant & SimulatedPublishing) | undefined;
}

/** A room that the agent has not joined. */
export const emptyWorld = (onPublished: OnPublished = () => {}): World => ({
  events: new EventEmitter(),
  participants: new Map(),
  peers: new Map(),
  onPublished,
  autoSubscribe: true,
  tracks: 0,
  connection: disconnected,
  self: undefined,
});

/** Whether the agent is in the room. */
export const isConnected = ({ connection }: World): boolean => connection === connected;

/** Brings the agent in; once it is in, nothing happens. */
export function enter(world: World, local: SimulatedIdentity, autoSubscribe: boolean): void {
  if (isConnected(world)) return;
  world.autoSubscribe = autoSubscribe;
  world.self = simulatedLocalParticipant(local, {
    mayAct: () => isConnected(world),
    onData: (payload, topic, to) => deliver(world, payload, topic, to),
    onEvent: (event, ...args) => world.events.emit(event, ...args),
  });
  world.connection = connected;
  world.events.emit('connectionStateChanged', connected);
  if (!autoSubscribe) return;
  for (const { trackPublications } of world.participants.values())
    for (const publication of trackPublications.values()) publication.setSubscribed(true);
}

/** Takes the agent out, once. */
export function exit(world: World, reason: number): void {
  if (!isConnected(world)) return;
  world.connection = disconnected;
  world.events.emit('connectionStateChanged', disconnected);
  world.events.emit('disconnected', reason);
}

/** Lets somebody in. Who is there before the agent is not announced. */
export function join(world: World, peer: SimulatedPeer): SimulatedParticipant {
  const participant = simulatedParticipant(peer);
  world.participants.set(peer.identity, participant);
  world.peers.set(peer.identity, peer);
  if (isConnected(world)) world.events.emit('participantConnected', participant);
  return participant;
}

/** Lets somebody out. */
export function leave(world: World, identity: string): void {
  const participant = world.participants.get(identity);
  world.participants.delete(identity);
  world.peers.delete(identity);
  if (participant && isConnected(world)) world.events.emit('participantDisconnected', participant);
}

/** What may change about a participant; what is left out stays. */
export interface SimulatedChange {
  readonly name?: string;
  readonly metadata?: string;
  /** Merges; an empty text removes an attribute, as the server does it. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Changes what is known of somebody. */
export function update(world: World, identity: string, change: SimulatedChange): void {
  const them = present(world, identity);
  const tell = teller(world);
  if (change.name !== undefined) {
    them.name = change.name;
    tell('participantNameChanged', change.name, them);
  }
  if (change.metadata !== undefined) {
    them.metadata = change.metadata;
    tell('participantMetadataChanged', change.metadata, them);
  }
  if (change.attributes !== undefined) {
    them.attributes = merged(them.attributes, change.attributes);
    tell('participantAttributesChanged', { ...change.attributes }, them);
  }
}

/** Has somebody publish a track; the agent subscribes to it, if it subscribes to all. */
export function publish(
  world: World,
  identity: string,
  track: SimulatedTrack,
): SimulatedPublication {
  const them = present(world, identity);
  const tell = teller(world);
  world.tracks += 1;
  const publication = simulatedPublication(`TR_${world.tracks}`, track, {
    onSubscribed: (it) => tell('trackSubscribed', it.track, it, them),
    onUnsubscribed: (was, it) => tell('trackUnsubscribed', was, it, them),
  });
  them.trackPublications.set(publication.sid, publication);
  tell('trackPublished', publication, them);
  if (isConnected(world) && world.autoSubscribe) publication.setSubscribed(true);
  return publication;
}

/** Has somebody take a track back. */
export function unpublish(world: World, identity: string, sid: string): void {
  const them = present(world, identity);
  const publication = them.trackPublications.get(sid);
  if (publication === undefined) return;
  publication.setSubscribed(false);
  them.trackPublications.delete(sid);
  teller(world)('trackUnpublished', publication, them);
}

/** Says what happened, to an agent that is there. */
const teller =
  (world: World) =>
  (...event: [name: string, ...args: unknown[]]): void => {
    if (isConnected(world)) world.events.emit(...event);
  };

function present({ participants }: World, identity: string): Mutable<SimulatedParticipant> {
  const them = participants.get(identity);
  if (them) return them;
  throw new WorkerError(
    'ERR_INVALID_ARGUMENT',
    `There is no participant ${JSON.stringify(identity)} in the simulated room. Let it join first.`,
  );
}

/** Has somebody, or the server, send data to the agent. */
export function receive(world: World, payload: Uint8Array, identity = '', topic?: string): void {
  if (!isConnected(world)) return;
  world.events.emit('dataReceived', payload, world.participants.get(identity), reliable, topic);
}

function deliver(
  { peers, onPublished }: World,
  payload: Uint8Array,
  topic: string | undefined,
  to: readonly string[],
): void {
  onPublished(payload, topic, to);
  for (const peer of peers.values()) {
    if (to.length === 0 || to.includes(peer.identity)) peer.onData?.(payload, topic);
  }
}
