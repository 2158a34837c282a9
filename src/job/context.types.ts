import type { Job, ParticipantInfo } from '@livekit/protocol';
import type {
  E2EEOptions,
  LocalParticipant,
  RemoteParticipant,
  Room,
  RtcConfiguration,
} from '@livekit/rtc-node';
import type { JobLog } from './log.js';

/** The process that a job runs in, or will run in. */
export interface JobProcess<UserData = Record<string, unknown>> {
  /** Its id in the operating system. */
  readonly pid: number;
  /** What the prewarm function left for the job: it is the same object in the same process. */
  readonly userdata: UserData;
}

/** What the agent subscribes to when it joins: all, nothing, or tracks of one kind. */
export type AutoSubscribe = boolean | 'audio' | 'video';

/** How to join the room. */
export interface ConnectOptions {
  /** Default: true. */
  readonly autoSubscribe?: AutoSubscribe;
  /** Pauses video that nobody watches. Default: false. */
  readonly dynacast?: boolean;
  /** End-to-end encryption. */
  readonly e2ee?: E2EEOptions;
  /** ICE servers and transport, when the server's own will not do. */
  readonly rtcConfig?: RtcConfiguration;
}

/** Whom to wait for, and how long. */
export interface WaitForParticipantOptions {
  /** Default: anybody but an agent. */
  readonly identity?: string;
  /**
   * Milliseconds, after which the wait rejects with a `TimeoutError`: up to 2^31 - 1, or `Infinity`
   * for no limit, which is the default.
   */
  readonly timeout?: number;
  /** Ends the wait early; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Called once when the job ends, with the reason. */
export type ShutdownCallback = (reason: string) => void | Promise<void>;

/**
 * All that a job has: the argument of the entrypoint.
 *
 * @example
 * entrypointFnc: async (ctx) => {
 *   await ctx.connect();
 *   const caller = await ctx.waitForParticipant();
 *   ctx.addShutdownCallback(async (reason) => saveSummary(reason));
 *   ctx.room.on('dataReceived', (payload) => answer(payload, caller));
 * };
 */
export interface JobContext<UserData = Record<string, unknown>> {
  /** The server's whole record of the job: a real protobuf message. */
  readonly job: Job;
  /** The room, not connected before `connect`. A simulated job has a room in memory. */
  readonly room: Room;
  /** The agent's own participant; undefined before `connect`. */
  readonly agent: LocalParticipant | undefined;
  /**
   * Whom a publisher job is about: the server's record, and the live participant while it is in the
   * connected room.
   */
  readonly publisher: RemoteParticipant | ParticipantInfo | undefined;
  /**
   * Whom a participant job is about: the server's record, and the live participant while it is in
   * the connected room.
   */
  readonly participant: RemoteParticipant | ParticipantInfo | undefined;
  /** This process, with what its prewarm function prepared. */
  readonly proc: JobProcess<UserData>;
  /** The worker's id at the server. */
  readonly workerId: string;
  /** Whether the room is simulated, so that no media flows. */
  readonly isSimulated: boolean;
  /**
   * Aborts in the tick in which the job begins to end; its reason is an `AbortError` with the text.
   */
  readonly signal: AbortSignal;
  /** The job's log; its lines go to the worker and carry the job's id. */
  readonly log: JobLog;

  /**
   * Joins the room with the job's token. Calls after the first, also concurrent ones, join
   * nothing: they settle with the first. After a failure it may be called again.
   *
   * @throws WorkerError `ERR_CONNECTION_FAILED`; rejects with the signal's reason when the job ends
   * first.
   */
  connect(options?: ConnectOptions): Promise<void>;
  /**
   * Ends the job, as a success. Only the first reason counts; it defaults to `user requested`. It
   * returns at once.
   */
  shutdown(reason?: string): void;
  /**
   * Has `callback` called when the room was left. All callbacks run in parallel and are awaited
   * within the worker's shutdown limit; one that fails is logged and disturbs no other. One that
   * is added while they run is not called.
   */
  addShutdownCallback(callback: ShutdownCallback): void;
  /**
   * Resolves with a participant as soon as it is in the room. Rejects when the job ends first.
   *
   * @throws WorkerError `ERR_NOT_CONNECTED` before `connect` and once the room is left;
   * `ERR_INVALID_ARGUMENT` for a `timeout` that is none. Always as a rejection.
   */
  waitForParticipant(options?: WaitForParticipantOptions): Promise<RemoteParticipant>;
}
