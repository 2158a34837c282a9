/** Codes are public API: they never change meaning, and every message may. */
export type WorkerErrorCode =
  | 'ERR_ACTOR_NOT_PROVIDED'
  | 'ERR_AGENT_MODULE'
  | 'ERR_ALREADY_ANSWERED'
  | 'ERR_ALREADY_STARTED'
  | 'ERR_ANSWER_NOT_SENT'
  | 'ERR_ASSIGNMENT_TIMEOUT'
  | 'ERR_CONNECTION_FAILED'
  | 'ERR_CREDENTIALS_REFUSED'
  | 'ERR_INVALID_ARGUMENT'
  | 'ERR_INVALID_OPTIONS'
  | 'ERR_LAUNCH_FAILED'
  | 'ERR_MISSING_CREDENTIALS'
  | 'ERR_NO_JOB_CONTEXT'
  | 'ERR_NOT_CONNECTED'
  | 'ERR_POLICY'
  | 'ERR_PORT_IN_USE'
  | 'ERR_REQUEST_EXPIRED'
  | 'ERR_SERVER_UNREACHABLE';

/** Every error this package throws. Tell them apart by `code`, not by class: classes do not survive process boundaries and duplicated packages. */
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
  readonly code: string;
  readonly message: string;
}
