import { WorkerError } from '../errors.js';
import type { SimulatedPublication } from './simulated-track.js';

/** Who takes part in a simulated room. */
export interface SimulatedIdentity {
  readonly identity: string;
  readonly sid?: string;
  readonly name?: string;
  readonly metadata?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  /** As in LiveKit's `ParticipantKind`: 0 is a person, 4 an agent. */
  readonly kind?: number;
}

/** A participant of a simulated room, with the properties that the real ones have. */
export interface SimulatedParticipant {
  readonly sid: string;
  readonly identity: string;
  readonly name: string;
  readonly metadata: string;
  readonly attributes: Record<string, string>;
  /** As in LiveKit's `ParticipantKind`: 0 is a person, 4 an agent. */
  readonly kind: number;
  /** Publications without media, by their `sid`. */
  readonly trackPublications: Map<string, SimulatedPublication>;
}

/** How the agent's own participant changes the simulated room. */
export interface SimulatedPublishing {
  publishData(
    payload: Uint8Array,
    options?: { readonly topic?: string; readonly destination_identities?: readonly string[] },
  ): Promise<void>;
  updateName(name: string): Promise<void>;
  updateMetadata(metadata: string): Promise<void>;
  /** Merges; an empty text removes an attribute, as the server does it. */
  setAttributes(attributes: Readonly<Record<string, string>>): Promise<void>;
  registerRpcMethod(method: string, handler: (data: unknown) => Promise<string>): void;
  unregisterRpcMethod(method: string): void;
}

/** What the agent's participant did: data, or a change of itself. */
export interface LocalActions {
  readonly mayAct: () => boolean;
  readonly onData: (payload: Uint8Array, topic: string | undefined, to: readonly string[]) => void;
  readonly onEvent: (event: string, ...args: unknown[]) => void;
}

/** What needs a media server. It is refused rather than missing, so that the reason is told. */
const unsupported = [
  'publishTrack',
  'unpublishTrack',
  'publishDtmf',
  'publishTranscription',
  'performRpc',
  'sendText',
  'streamText',
  'streamBytes',
  'sendFile',
  'sendChatMessage',
] as const;

/** Something that its own side may change. */
export type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const refuse = async (name: string): Promise<never> => {
  throw new WorkerError(
    'ERR_NOT_CONNECTED',
    `${name}: a simulated room carries data messages only. Use a LiveKit server for media, streams and calls.`,
  );
};

/** Attributes after a change; an empty text removes one, as the server does it. */
export const merged = (
  attributes: Readonly<Record<string, string>>,
  changed: Readonly<Record<string, string>>,
): Record<string, string> =>
  Object.fromEntries(Object.entries({ ...attributes, ...changed }).filter(([, it]) => it !== ''));

/** A participant that only is there. */
export const simulatedParticipant = (given: SimulatedIdentity): Mutable<SimulatedParticipant> => ({
  sid: given.sid || `PA_${given.identity}`,
  identity: given.identity,
  name: given.name ?? '',
  metadata: given.metadata ?? '',
  attributes: { ...given.attributes },
  kind: given.kind ?? 0,
  trackPublications: new Map(),
});

/** The agent's own participant. */
export function simulatedLocalParticipant(
  given: SimulatedIdentity,
  { mayAct, onData, onEvent }: LocalActions,
): SimulatedParticipant & SimulatedPublishing {
  const self = simulatedParticipant({ kind: 4, ...given });
  const act = async (action: () => void) => {
    if (!mayAct())
      throw new WorkerError('ERR_NOT_CONNECTED', 'The simulated room is not connected.');
    action();
  };

  return Object.assign(self, {
    publishData: (payload, { topic, destination_identities: to = [] } = {}) =>
      act(() => onData(payload, topic, to)),
    updateName: (name) =>
      act(() => {
        self.name = name;
        onEvent('participantNameChanged', name, self);
      }),
    updateMetadata: (metadata) =>
      act(() => {
        self.metadata = metadata;
        onEvent('participantMetadataChanged', metadata, self);
      }),
    setAttributes: (changed) =>
      act(() => {
        self.attributes = merged(self.attributes, changed);
        onEvent('participantAttributesChanged', { ...changed }, self);
      }),
    registerRpcMethod: () => {},
    unregisterRpcMethod: () => {},
    ...Object.fromEntries(unsupported.map((name) => [name, () => refuse(name)])),
  } satisfies SimulatedPublishing & Record<string, unknown>);
}
