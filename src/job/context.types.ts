import type { Job, ParticipantInfo } from '@livekit/protocol';
import type {
  E2EEOptions,
  LocalParticipant,
  RemoteParticipant,
  RemoteTrackPublication,
  Room,
  RtcConfiguration,
} from '@livekit/rtc-node';
import type { LiveKitAPI } from 'livekit-server-sdk';
import type { JobLog } from './log.js';
import type {
  ParticipantEntrypoint,
  ParticipantEntrypointOptions,
} from './participant-entrypoints.js';
import type {
  WaitForAttributeOptions,
  WaitForParticipantOptions,
  WaitForTrackPublicationOptions,
} from './participants.js';
import type { WaitOptions } from './room-wait.js';
import type { TokenClaims } from './token.js';

/** The process that a job runs in, or will run in. */
export interface JobProcess<UserData = Record<string, unknown>> {
  /** Its id in the operating system. */
  readonly pid: number;
  /** What the prewarm function left for the job: it is the same object in the same process. */
  readonly userdata: UserData;
  /** What runs the job: always a process of its own. */
  readonly executorType: 'process';
  /** The worker's option `userArguments`; undefined without it. */
  readonly userArguments: unknown;
  /** Milliseconds since the process started. */
  readonly uptime: number;
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
   * Fields for every line of the job's log from now on. A field of the line itself counts more, and
   * the job's own (`job_id`, `pid`) most. Add some, or set another object.
   *
   * @throws WorkerError `ERR_INVALID_ARGUMENT` when it is set to something that is no object.
   */
  logContextFields: Record<string, unknown>;
  /**
   * A directory for the files of this job, made at the first look and removed when the process
   * ends, however it ends. It is for this user alone.
   */
  readonly sessionDirectory: string;
  /** Who the agent is in the room: as the room says, or as the token says before. */
  readonly localParticipantIdentity: string;
  /**
   * Clients of `livekit-server-sdk` for the worker's server: `room`, `egress`, `ingress`, `sip`,
   * `agentDispatch`, `connector`. The package is loaded at the first look.
   *
   * @throws WorkerError `ERR_NO_CREDENTIALS` unless the worker's option `exposeCredentials` is true.
   */
  readonly api: LiveKitAPI;

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
   *
   * @throws WorkerError `ERR_INVALID_ARGUMENT` for what is no function.
   */
  addShutdownCallback(callback: ShutdownCallback): void;
  /**
   * Resolves with a participant as soon as it is in the room. Rejects when the job ends first.
   *
   * @throws WorkerError `ERR_NOT_CONNECTED` before `connect` and once the room is left;
   * `ERR_INVALID_ARGUMENT` for a `timeout` or `kinds` that are none. Always as a rejection.
   */
  waitForParticipant(options?: WaitForParticipantOptions): Promise<RemoteParticipant>;
  /**
   * Resolves with a track as soon as somebody has published it: anybody but an agent, unless
   * `identity` or `kinds` says otherwise. It ends and fails as `waitForParticipant` does.
   */
  waitForTrackPublication(
    options?: WaitForTrackPublicationOptions,
  ): Promise<RemoteTrackPublication>;
  /**
   * Resolves with an agent as soon as one is in the room: any, or the one that was dispatched by
   * this name. It ends and fails as `waitForParticipant` does.
   */
  waitForAgent(name?: string, options?: WaitOptions): Promise<RemoteParticipant>;
  /**
   * Resolves with a participant as soon as it has an attribute: anybody but an agent, unless
   * `identity` or `kinds` says otherwise. It ends and fails as `waitForParticipant` does.
   */
  waitForParticipantAttribute(options: WaitForAttributeOptions): Promise<RemoteParticipant>;
  /**
   * Has `run` called for each participant, once each time it joins, and for those who are there
   * already. One that fails is logged and disturbs neither the others nor the job.
   *
   * @throws WorkerError `ERR_INVALID_ARGUMENT` for a function that was added before, and for `kinds`
   * that are none; `ERR_CONNECTION_FAILED` when no room can be made.
   *
   * @example
   * ctx.addParticipantEntrypoint(async (ctx, caller, signal) => greet(caller, { signal }), {
   *   kinds: ['sip'],
   *   abortOnLeave: true,
   * });
   * await ctx.connect();
   */
  addParticipantEntrypoint(
    run: ParticipantEntrypoint<UserData>,
    options?: ParticipantEntrypointOptions,
  ): void;
  /**
   * What the server wrote into the job's token, without its secrets.
   *
   * @throws WorkerError `ERR_JOB_TOKEN` when it cannot be read.
   */
  tokenClaims(): TokenClaims;
}
