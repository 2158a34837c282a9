import type { ErrorActorEvent } from 'xstate';
import type { Failure } from '../errors.js';
import type { Assignment, Capacity, Launch, Offer, Participation } from './job.types.js';

/** What `accept()` resolves to, once the answer is written. */
export interface Acceptance {
  /**
   * Resolves when the server assigned the job to this worker; rejects with `ERR_ASSIGNMENT_TIMEOUT`
   * or another code when it did not.
   */
  readonly assigned: Promise<void>;
  /**
   * Resolves when a process acknowledged the job; rejects with `ERR_LAUNCH_FAILED` or another code
   * when none did.
   */
  readonly launched: Promise<void>;
}

/**
 * What `requestFnc` receives: an offer and the two ways to answer it. The first answer counts.
 * No answer within `requestTimeout` is a refusal.
 */
export interface JobRequest {
  /** The job's id. */
  readonly id: string;
  /** The whole offer. */
  readonly offer: Offer;
  readonly room: Offer['room'];
  /** Whom a PUBLISHER job is about. */
  readonly publisher: Offer['participant'];
  /** Whom a PUBLISHER or PARTICIPANT job is about. */
  readonly participant: Offer['participant'];
  /** The name that the dispatch asked for; empty for automatic dispatch. */
  readonly agentName: string;
  /** What the dispatch says to the agent. */
  readonly metadata: string;
  readonly attributes: Offer['attributes'];
  /** The server believes that this job ran before and is to be resumed. */
  readonly resuming: boolean;
  /**
   * Takes the job. `name` and `metadata` default to `''`, `identity` to `agent-<job id>`,
   * `attributes` to none. Resolves when the answer was sent.
   *
   * @throws WorkerError `ERR_INVALID_ARGUMENT`, at once, for what it does not take. The promise
   * rejects with `ERR_ALREADY_ANSWERED`, `ERR_REQUEST_EXPIRED` or `ERR_ANSWER_NOT_SENT`.
   */
  accept(participation?: Partial<Participation>): Promise<Acceptance>;
  /**
   * Leaves the job to the next worker; with `terminate: true` ends it for all.
   *
   * @throws WorkerError like `accept`.
   */
  reject(options?: { readonly terminate?: boolean }): Promise<void>;
}

/**
 * The user's decision about one offer. It runs in the worker's own process. What it throws refuses
 * the offer, unless it has answered.
 */
export type RequestFnc = (request: JobRequest) => void | Promise<void>;

/** What a policy of a request may look at. */
export interface Screened {
  readonly offer: Offer;
  readonly capacity: Capacity;
}

export interface Timeouts {
  /** How long `requestFnc` may take to answer. */
  readonly requestMs: number;
  /** How long the socket may take to write the answer. */
  readonly answerMs: number;
  /** How long the server may take to assign an accepted job. */
  readonly assignmentMs: number;
  /** How long the pool may take to start an assigned job. */
  readonly launchMs: number;
}

/** What the actor that runs `requestFnc` is given. */
export interface HandlerInput {
  readonly offer: Offer;
  readonly requestFnc: RequestFnc | undefined;
}

/** Commands to the actor that runs `requestFnc`. */
export type Command =
  | { readonly type: 'confirm'; readonly stage: 'answered' | 'assigned' | 'launched' }
  /** The call came too late or twice. */
  | { readonly type: 'refuse'; readonly call: number; readonly error: Failure }
  /** Nothing more will come: whatever is still pending rejects with this. */
  | { readonly type: 'fail'; readonly error: Failure };

/** Facts from it. */
export type Fact =
  | {
      readonly type: 'handler.accepted';
      readonly call: number;
      /** Milliseconds since the handler was asked; a blocked worker's timers may be later than this. */
      readonly elapsedMs: number;
      /** When that was, in milliseconds since 1970, of a clock that does not go backwards. */
      readonly at: number;
      readonly participation: Participation;
    }
  | { readonly type: 'handler.rejected'; readonly call: number; readonly terminate: boolean }
  | { readonly type: 'handler.returned' }
  | { readonly type: 'handler.threw'; readonly error: Failure };

export interface Input {
  readonly offer: Offer;
  readonly capacity: Capacity;
  readonly requestFnc: RequestFnc | undefined;
  readonly timeouts: Timeouts;
  /** The worker's id at the server, handed on to the job. */
  readonly workerId: string;
}

export interface Context extends Input {
  readonly participation: Participation;
  /** When the offer was accepted. */
  readonly acceptedAt: number | undefined;
  /** The refusal ends the job for all workers. */
  readonly terminate: boolean;
  /** Why the request ended; empty while it is open. */
  readonly reason: string;
}

export type Event =
  | Fact
  | { readonly type: 'answer.written' }
  | { readonly type: 'assignment.received'; readonly assignment: Assignment }
  | { readonly type: 'job.started' }
  | { readonly type: 'job.unstartable'; readonly error: Failure }
  | { readonly type: 'job.terminated' }
  | { readonly type: 'link.lost' }
  /** The worker takes nothing new: an undecided offer is refused, an accepted one goes on. */
  | { readonly type: 'withdraw' }
  /** The worker stops: an accepted job that has not started is given up. */
  | { readonly type: 'cancel' }
  | { readonly type: 'requestTimeout.passed' }
  | { readonly type: 'answerTimeout.passed' }
  | { readonly type: 'assignmentTimeout.passed' }
  | { readonly type: 'launchTimeout.passed' }
  | ErrorActorEvent<unknown, 'handler'>;

/** Told to the worker, and emitted for those who run the machine alone. */
export type Emitted =
  | {
      readonly type: 'request.answered';
      readonly jobId: string;
      readonly available: boolean;
      readonly terminate: boolean;
      readonly participation: Participation | undefined;
      /** When it was accepted; undefined for a refusal. */
      readonly at: number | undefined;
    }
  /** The accepting answer left, or the server has it already. */
  | { readonly type: 'request.accepted'; readonly jobId: string }
  /** `requestFnc` threw. Before its answer that is a refusal, after it the answer stands. */
  | { readonly type: 'request.threw'; readonly jobId: string; readonly error: Failure }
  | { readonly type: 'request.assigned'; readonly launch: Launch };

export interface Output {
  readonly jobId: string;
  readonly kind: 'launched' | 'rejected' | 'expired' | 'failed';
  readonly reason: string;
}
