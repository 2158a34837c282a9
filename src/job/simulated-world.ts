import { EventEmitter } from 'node:events';
import {
  type SimulatedIdentity,
  type SimulatedParticipant,
  type SimulatedPublishing,
  simulatedLocalParticipant,
  simulatedParticipant,
} from './simulated-participant.js';

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
  connection: typeof disconnected | typeof connected;
  self: (SimulatedParticipant & SimulatedPublishing) | undefined;
}

/** A room that the agent has not joined. */
export const emptyWorld = (onPublished: OnPublished = () => {}): World => ({
  events: new EventEmitter(),
  participants: new Map(),
  peers: new Map(),
  onPublished,
  connection: disconnected,
  self: undefined,
});

/** Whether the agent is in the room. */
export const isConnected = ({ connection }: World): boolean => connection === connected;

/** Brings the agent in; once it is in, nothing happens. */
export function enter(world: World, local: SimulatedIdentity): void {
  if (isConnected(world)) return;
  world.self = simulatedLocalParticipant(local, {
    mayAct: () => isConnected(world),
    onData: (payload, topic, to) => deliver(world, payload, topic, to),
    onEvent: (event, ...args) => world.events.emit(event, ...args),
  });
  world.connection = connected;
  world.events.emit('connectionStateChanged', connected);
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
