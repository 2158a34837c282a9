/** A track that somebody publishes in a simulated room. */
export interface SimulatedTrack {
  readonly kind: 'audio' | 'video';
  readonly name?: string;
  /** As in LiveKit's `TrackSource`. Default: the microphone for audio, the camera for video. */
  readonly source?: number;
}

/** A publication in a simulated room, with properties that the real ones have. */
export interface SimulatedPublication {
  readonly sid: string;
  readonly name: string;
  /** As in LiveKit's `TrackKind`: 1 is audio, 2 video. */
  readonly kind: number;
  readonly source: number;
  readonly muted: boolean;
  readonly subscribed: boolean;
  /** While the agent is subscribed: what a real track says of itself. There is no media in it. */
  readonly track:
    | { readonly sid: string; readonly name: string; readonly kind: number }
    | undefined;
  setSubscribed(subscribed: boolean): void;
}

/** What the room says when the agent subscribes, or no longer does. */
export interface TrackActions {
  readonly onSubscribed: (publication: SimulatedPublication) => void;
  readonly onUnsubscribed: (
    track: SimulatedPublication['track'],
    publication: SimulatedPublication,
  ) => void;
}

const kinds = { audio: 1, video: 2 } as const;
const camera = 1;
const microphone = 2;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A publication that the agent is not subscribed to yet. */
export function simulatedPublication(
  sid: string,
  { kind, name = '', source = kind === 'audio' ? microphone : camera }: SimulatedTrack,
  { onSubscribed, onUnsubscribed }: TrackActions,
): SimulatedPublication {
  const publication: Mutable<SimulatedPublication> = {
    ...{ sid, name, source, kind: kinds[kind], muted: false, subscribed: false, track: undefined },
    setSubscribed: (subscribed) => {
      if (subscribed === publication.subscribed) return;
      const { track } = publication;
      publication.subscribed = subscribed;
      publication.track = subscribed ? { sid, name, kind: kinds[kind] } : undefined;
      if (subscribed) onSubscribed(publication);
      else onUnsubscribed(track, publication);
    },
  };
  return publication;
}
