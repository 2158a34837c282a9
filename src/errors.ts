/**
 * What can go wrong, one code per cause: when it occurs, and what to do. `docs/errors.md` is made
 * from this list. Codes are public API: they never change meaning, and every message may.
 */
export type WorkerErrorCode =
  /**
   * A machine was started without an actor that it needs. Provide it, or import the wired machine
   * from `livekit-actors`.
   */
  | 'ERR_ACTOR_NOT_PROVIDED'
  /**
   * The agent's file is not there, does not load, or has no agent in it. The message has the file
   * and the first place in your code; a worker with a module of its own recovers once that is
   * repaired.
   */
  | 'ERR_AGENT_MODULE'
  /** `accept` or `reject` was called for an offer that has its answer. Call one of them, once. */
  | 'ERR_ALREADY_ANSWERED'
  /** `start` was called on a worker that was started before. Make a new one with `createWorker`. */
  | 'ERR_ALREADY_STARTED'
  /**
   * An `accept` was not sent: the connection was lost, or took no answer for 2 s. The offer is over
   * for this worker.
   */
  | 'ERR_ANSWER_NOT_SENT'
  /**
   * The server did not assign an accepted job within `assignmentTimeout`. Its place is free again;
   * should the assignment come late, the job is reported as failed.
   */
  | 'ERR_ASSIGNMENT_TIMEOUT'
  /**
   * The process of a job sent its worker a message that is none, or too many, and was ended. An
   * agent must not call `process.send`, nor write more than 5000 lines of log within a second.
   */
  | 'ERR_CHILD_MESSAGE'
  /**
   * The actor that owns a child process, or the one that measures its memory, broke. Unless you
   * provided that actor, report it as a bug.
   */
  | 'ERR_CHILD_PROCESS'
  /**
   * A connection to a server or to a room did not come about, or was lost; the message says why.
   * The worker tries again by itself, unless HTTP 404 or 407 is the answer before it was ever
   * registered; an agent may call `ctx.connect` again.
   */
  | 'ERR_CONNECTION_FAILED'
  /**
   * The server refused the key pair. After three refusals in a row the worker gives up. Check
   * `LIVEKIT_API_KEY`, `LIVEKIT_API_SECRET` and the machine's clock.
   */
  | 'ERR_CREDENTIALS_REFUSED'
  /** A warning at the start: an option is allowed, and may not do what its author expects. */
  | 'ERR_DOUBTFUL_OPTION'
  /** The entrypoint threw. The job has failed with its text. */
  | 'ERR_ENTRYPOINT'
  /**
   * No error, and told once: the load is above what LiveKit's server gives jobs to, and it is told a
   * scaled one, since your `loadThreshold` is higher.
   */
  | 'ERR_HIGH_LOAD'
  /**
   * The health endpoints or the dispatch server cannot listen: `host` is no address of this
   * machine, or `port` is not for this user. The message has both, and the system's word.
   */
  | 'ERR_HTTP_SERVER'
  /**
   * A worker was asked for in the process of a job. Start workers only where `cli.runApp` would.
   */
  | 'ERR_IN_JOB_PROCESS'
  /**
   * A process was not warm within `initializeProcessTimeout`, or the pool not 2 s after it. Make
   * `prewarmFnc` faster or raise the limit.
   */
  | 'ERR_INITIALIZE_TIMEOUT'
  /** A part of this package broke. Report it as a bug, with the message. */
  | 'ERR_INTERNAL'
  /** A function got a value that it does not take. The message says what it takes. */
  | 'ERR_INVALID_ARGUMENT'
  /**
   * Some options, flags or variables are wrong. The message lists all of them, each with what is
   * expected.
   */
  | 'ERR_INVALID_OPTIONS'
  /**
   * The server gave a job a token that `ctx.tokenClaims` cannot read. Only the server can put that
   * right.
   */
  | 'ERR_JOB_TOKEN'
  /** A process was killed because the worker was told to halt: by a second signal, or by `halt`. */
  | 'ERR_KILLED'
  /**
   * A job was assigned and did not start: no process acknowledged it, the worker stopped, the
   * server took it back, or nobody here had accepted it. It is reported as failed.
   */
  | 'ERR_LAUNCH_FAILED'
  /**
   * `loadFnc` threw, took too long, or returned no number from 0; or the CPUs cannot be measured.
   * The last load stays; after three times in a row the load counts as 1 and no jobs are taken. A
   * load above 1 counts as 1 at once.
   */
  | 'ERR_LOAD_FNC'
  /**
   * A process used more memory than `jobMemoryLimitMB`, and was ended. Its job has failed; the
   * message has both numbers. Find what grows in the agent, or raise the limit.
   */
  | 'ERR_MEMORY_LIMIT'
  /**
   * `LIVEKIT_URL`, `LIVEKIT_API_KEY` or `LIVEKIT_API_SECRET` is given nowhere. The message names
   * those that are missing.
   */
  | 'ERR_MISSING_CREDENTIALS'
  /**
   * `ctx.api` was used in a job of a worker that keeps its key pair to itself. Set the option
   * `exposeCredentials`.
   */
  | 'ERR_NO_CREDENTIALS'
  /**
   * `getJobContext` was called outside of a job. Call it below the entrypoint, or pass `{ required:
   * false }`.
   */
  | 'ERR_NO_JOB_CONTEXT'
  /**
   * Something needs a connected room. Call `ctx.connect` first. In a simulated room, media and
   * streams are refused like this.
   */
  | 'ERR_NOT_CONNECTED'
  /** `waitFor` of a dispatch server did not see what it waits for. Wait longer, or for what happens. */
  | 'ERR_NOT_SEEN'
  /**
   * `withPolicies` got something that is no policy; or a policy threw or returned no boolean, and
   * the one offer was refused, or the pool decided without it. Decide in `requestFnc` what has to
   * wait.
   */
  | 'ERR_POLICY'
  /**
   * Another program listens on the port of the health endpoints or of the dispatch server. Choose
   * another, or 0 for any free one.
   */
  | 'ERR_PORT_IN_USE'
  /**
   * `prewarmFnc` threw, so that process runs no job. The pool tries again, after longer and longer
   * pauses.
   */
  | 'ERR_PREWARM'
  /**
   * A process exited by itself: before it was warm, while it was idle, or without reporting how its
   * job ended. Its job has failed.
   */
  | 'ERR_PROCESS_EXITED'
  /**
   * The participant of a dead process is still in its room, since the call that removes it failed.
   * It disappears when the server notices.
   */
  | 'ERR_REMOVE_PARTICIPANT'
  /**
   * An offer was over before `accept` or `reject`: too late, withdrawn by a drain, or lost with its
   * connection.
   */
  | 'ERR_REQUEST_EXPIRED'
  /** `requestFnc` threw. Before its answer that refuses the offer; after it the answer stands. */
  | 'ERR_REQUEST_FNC'
  /**
   * A warning: `accept` was given the attribute `lk.agent.name`, which is the worker's own. The
   * participant carries the worker's agent name there.
   */
  | 'ERR_RESERVED_ATTRIBUTE'
  /**
   * No attempt to register succeeded, `maxRetry` retries included, and no job was running. The
   * message has the last cause.
   */
  | 'ERR_SERVER_UNREACHABLE'
  /**
   * A process did not end within `shutdownProcessTimeout` of being asked, and was killed. A job
   * that had reported its outcome keeps it. Make shutdown callbacks faster or raise the limit.
   */
  | 'ERR_SHUTDOWN_TIMEOUT'
  /** No child process could be started, for a reason to which the system gave no code. */
  | 'ERR_SPAWN_FAILED'
  /**
   * A warning, at most once a minute: the worker's own process stood still for a second or more. It
   * was stopped, or `requestFnc`, `loadFnc`, a policy or other code in it blocked its event loop.
   * Jobs run in processes of their own and go on, but offers wait.
   */
  | 'ERR_STALLED'
  /**
   * A process did not acknowledge its job within `startTimeout`, and was killed. The job goes to
   * another one, three times at most.
   */
  | 'ERR_START_TIMEOUT'
  /**
   * The worker left before the server had confirmed how some jobs ended, since it was out of reach.
   * It may take them for running, or for failed. The warning has their ids.
   */
  | 'ERR_STATUS_UNDELIVERED'
  /**
   * An exception that nobody caught in the process of a job. Before there is a job the process
   * ends, during one the job fails.
   */
  | 'ERR_UNCAUGHT'
  /** A rejected promise that nobody handled in the process of a job. It ends the same way. */
  | 'ERR_UNHANDLED_REJECTION'
  /**
   * The server sent a frame that is no message of its protocol. It was dropped; ten within 10 s
   * reset the connection.
   */
  | 'ERR_UNREADABLE_FRAME'
  /**
   * A process did not answer its heartbeat for 10 s while idle, or 60 s with a job, or did not read
   * what it was told, and was killed. Something blocks its event loop.
   */
  | 'ERR_UNRESPONSIVE'
  /** The worker was drained or stopped before it was ready, so `ready` can never settle. */
  | 'ERR_WORKER_ENDED';

/**
 * Every error this package throws. Tell them apart by `code`, not by class: classes do not survive
 * process boundaries and duplicated packages.
 */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';

  constructor(
    readonly code: WorkerErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What travels in events, snapshots and between processes instead of an `Error`. */
export interface Failure {
  /** A {@link WorkerErrorCode}, or the code that an error brought along, such as `ECONNREFUSED`. */
  readonly code: string;
  /** What went wrong, in words: yours where your code threw. */
  readonly message: string;
}
