import type {
  RemoteParticipant,
  RemoteTrackPublication,
  Room,
  TrackSource,
} from '@livekit/rtc-node';
import { argumentError, optionsOf } from '../arguments.js';
import type { JobClock } from './clock.js';
import { isAgent, type KindOfParticipant, ofKinds } from './kinds.js';
import { type WaitOptions, waitInRoom } from './room-wait.js';

const agentName = 'lk.agent.name';
const trackKinds = { audio: 1, video: 2 } as const;
const limits = ['timeout', 'signal'] as const;
const whom = ['identity', 'kinds', ...limits] as const;

/** Whom to wait for, and how long. */
export interface WaitForParticipantOptions extends WaitOptions {
  /** Whoever has it, of any kind unless `kinds` says more. */
  readonly identity?: string;
  /** Default: anybody but an agent. */
  readonly kinds?: readonly KindOfParticipant[];
}

/** Which track to wait for, and how long. */
export interface WaitForTrackPublicationOptions extends WaitForParticipantOptions {
  /** Default: either. */
  readonly kind?: 'audio' | 'video';
  /** Where the track comes from: a member of `TrackSource` of `@livekit/rtc-node`. Default: any. */
  readonly source?: TrackSource;
  /** Whether to wait until the agent is subscribed to it. Default: false. */
  readonly subscribed?: boolean;
}

/** Which attribute to wait for, and how long. */
export interface WaitForAttributeOptions extends WaitForParticipantOptions {
  /** Its name. */
  readonly attribute: string;
  /** Default: any text that is not empty. */
  readonly value?: string;
}

/** What every wait needs of its job. */
interface Waiting {
  readonly room: Room;
  readonly jobSignal: AbortSignal;
  readonly clock?: JobClock;
}

/** Waits until somebody who is wanted is in the room, or until one of the limits. */
export async function waitForParticipant(
  waiting: Waiting,
  options: WaitForParticipantOptions = {},
): Promise<RemoteParticipant> {
  const isWanted = wantedBy(optionsOf('waitForParticipant', options, whom));
  return waitInRoom(
    {
      ...waiting,
      events: ['participantConnected'],
      look: () => peopleIn(waiting).find(isWanted),
    },
    options,
  );
}

/** Waits until somebody who is wanted has published a track of a kind. */
export async function waitForTrackPublication(
  waiting: Waiting,
  options: WaitForTrackPublicationOptions = {},
): Promise<RemoteTrackPublication> {
  const known = [...whom, 'kind', 'source', 'subscribed'] as const;
  const { kind, source, subscribed = false } = optionsOf('waitForTrackPublication', options, known);
  if (kind !== undefined && !Object.hasOwn(trackKinds, kind))
    throw argumentError('waitForTrackPublication', 'kind as audio or video', kind);
  const isWanted = wantedBy(options);
  const fits = (publication: RemoteTrackPublication): boolean =>
    (kind === undefined || publication.kind === trackKinds[kind]) &&
    (source === undefined || publication.source === source) &&
    (!subscribed || publication.subscribed);

  return waitInRoom(
    {
      ...waiting,
      events: ['participantConnected', 'trackPublished', 'trackSubscribed'],
      look: () =>
        peopleIn(waiting)
          .filter(isWanted)
          .flatMap(({ trackPublications }) => [...trackPublications.values()])
          .find(fits),
    },
    options,
  );
}

/** Waits until an agent is in the room, of a name if one is given. */
export async function waitForAgent(
  waiting: Waiting,
  name: string | undefined,
  options: WaitOptions = {},
): Promise<RemoteParticipant> {
  if (name !== undefined && typeof name !== 'string')
    throw argumentError('waitForAgent', 'the name of an agent, or undefined for any', name);
  optionsOf('waitForAgent', options, limits);
  const isWanted = (participant: RemoteParticipant): boolean =>
    isAgent(participant) && (name === undefined || participant.attributes[agentName] === name);
  return waitInRoom(
    {
      ...waiting,
      events: ['participantConnected', 'participantAttributesChanged'],
      look: () => peopleIn(waiting).find(isWanted),
    },
    options,
  );
}

/** Waits until somebody who is wanted has an attribute. */
export async function waitForParticipantAttribute(
  waiting: Waiting,
  options: WaitForAttributeOptions,
): Promise<RemoteParticipant> {
  const known = [...whom, 'attribute', 'value'] as const;
  const { attribute, value } = optionsOf('waitForParticipantAttribute', options, known);
  if (typeof attribute !== 'string' || attribute === '')
    throw argumentError('waitForParticipantAttribute', 'attribute as the name of one', attribute);
  const isWanted = wantedBy(options);
  const has = ({ attributes }: RemoteParticipant): boolean =>
    value === undefined ? Boolean(attributes[attribute]) : attributes[attribute] === value;
  return waitInRoom(
    {
      ...waiting,
      events: ['participantConnected', 'participantAttributesChanged'],
      look: () => peopleIn(waiting).find((it) => isWanted(it) && has(it)),
    },
    options,
  );
}

const peopleIn = ({ room }: Waiting): RemoteParticipant[] => [...room.remoteParticipants.values()];

function wantedBy({
  identity,
  kinds,
}: WaitForParticipantOptions): (participant: RemoteParticipant) => boolean {
  const isOfKind = identity !== undefined && kinds === undefined ? () => true : ofKinds(kinds);
  return (participant) =>
    (identity === undefined || participant.identity === identity) && isOfKind(participant);
}
