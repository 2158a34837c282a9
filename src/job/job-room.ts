import type { EventEmitter } from 'node:events';
import type { RemoteTrackPublication, Room } from '@livekit/rtc-node';
import { WorkerError } from '../errors.js';
import type { ConnectOptions } from './context.types.js';
import { textOf } from './failure.js';
import type { RtcLoad } from './rtc.js';

const manyListeners = 1_000;

/** The room of one job, which is joined at most once and left at most once. */
export interface JobRoom {
  /** The room; made at the first look. */
  get(): Room;
  /** The room, if anybody looked at it. */
  peek(): Room | undefined;
  connect(options?: ConnectOptions): Promise<void>;
  /** Leaves it, also when it is being joined just now. */
  leave(): Promise<void>;
}

interface JobRoomInput {
  readonly url: string;
  readonly token: string;
  readonly signal: AbortSignal;
  readonly create: () => Room;
  readonly onJoining: () => void;
  readonly onJoined: () => void;
  readonly onDisconnected: () => void;
}

/** The room of a job, before anybody looked at it. */
export function createJobRoom(input: JobRoomInput): JobRoom {
  let made: Room | undefined;
  let joining: Promise<void> | undefined;
  let joined: Promise<void> | undefined;

  const get = (): Room => {
    if (made === undefined) {
      made = input.create();
      // One participant may well be waited for by several functions; that is no leak.
      (made as unknown as EventEmitter).setMaxListeners(manyListeners);
      made.on('disconnected', input.onDisconnected);
    }
    return made;
  };
  const join = async (options: ConnectOptions) => {
    input.signal.throwIfAborted();
    input.onJoining();
    joining = enter(get(), input, options);
    await untilAborted(joining, input.signal);
    input.onJoined();
  };

  return {
    get,
    peek: () => made,
    connect: (options = {}) => {
      joined ??= join(options).catch((error) => {
        joined = undefined;
        throw error;
      });
      return joined;
    },
    leave: async () => {
      await joining?.catch(() => {});
      await made?.disconnect();
    },
  };
}

/** The room class of the native library. */
export function nativeRoom({ rtc, problem }: RtcLoad): Room {
  if (rtc) return new rtc.Room();
  throw new WorkerError(
    'ERR_CONNECTION_FAILED',
    `A room needs the package @livekit/rtc-node, which does not load: ${textOf(problem)}. Install it beside your agent.`,
    { cause: problem },
  );
}

async function enter(room: Room, { url, token }: JobRoomInput, options: ConnectOptions) {
  const { autoSubscribe = true, dynacast = false, e2ee, rtcConfig } = options;
  if (typeof autoSubscribe === 'string') subscribeTo(room, autoSubscribe);
  try {
    await room.connect(url, token, {
      autoSubscribe: autoSubscribe === true,
      dynacast,
      ...(e2ee && { encryption: e2ee }),
      ...(rtcConfig && { rtcConfig }),
    });
  } catch (error) {
    // A server may repeat the token in its answer, so the error itself must not travel.
    const said = textOf(error);
    const text = token ? said.replaceAll(token, '[secret]') : said;
    throw new WorkerError('ERR_CONNECTION_FAILED', `Cannot join the room: ${text}`);
  }
  if (typeof autoSubscribe !== 'string') return;
  for (const { trackPublications } of room.remoteParticipants.values()) {
    for (const publication of trackPublications.values()) subscribe(publication, autoSubscribe);
  }
}

const kinds = { audio: 1, video: 2 } as const;

const subscribeTo = (room: Room, kind: keyof typeof kinds): void => {
  room.on('trackPublished', (publication) => subscribe(publication, kind));
};

const subscribe = (publication: RemoteTrackPublication, kind: keyof typeof kinds): void => {
  if (publication.kind === kinds[kind]) publication.setSubscribed(true);
};

/** The native library cannot give up joining; whoever waits for it can. */
const untilAborted = (work: Promise<void>, signal: AbortSignal): Promise<void> =>
  new Promise((done, fail) => {
    const giveUp = () => fail(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(done, fail).finally(() => signal.removeEventListener('abort', giveUp));
  });
