import type { WorkerErrorCode } from '../errors.js';
import type { Output } from './session.types.js';

/** How a command ends, after sysexits.h where that has a word for it. */
export const exitCodes = {
  /** It ended as it was asked to: drained, also when a drain limit of 0 ended jobs. */
  ok: 0,
  /** Any other cause: an exception that nobody caught, or a bug of this package. */
  bug: 1,
  /** The command line is wrong. */
  usage: 64,
  /** The server was out of reach for all attempts. */
  unreachable: 69,
  /** The one job of `connect` or `simulate` failed, or the agent did not take it. */
  jobFailed: 70,
  /** A drain limit above 0 passed, and jobs were ended before they were over. */
  cut: 75,
  /** The server refused the key pair. */
  refused: 77,
  /** Options, variables, the host or port, the address of the server or the file of the agent are wrong. */
  configuration: 78,
  /** A second signal, SIGINT, ended everything at once. */
  interrupted: 130,
  /** A second signal, SIGTERM, ended everything at once. */
  terminated: 143,
} as const;

const ofError: Readonly<Partial<Record<WorkerErrorCode, number>>> = {
  ERR_SERVER_UNREACHABLE: exitCodes.unreachable,
  ERR_CREDENTIALS_REFUSED: exitCodes.refused,
  ERR_INVALID_OPTIONS: exitCodes.configuration,
  ERR_MISSING_CREDENTIALS: exitCodes.configuration,
  ERR_HTTP_SERVER: exitCodes.configuration,
  ERR_PORT_IN_USE: exitCodes.configuration,
  ERR_AGENT_MODULE: exitCodes.configuration,
  ERR_CONNECTION_FAILED: exitCodes.configuration,
};

const ofSignal = { SIGINT: exitCodes.interrupted, SIGTERM: exitCodes.terminated } as const;

/** The exit code of an error; 1, a bug, for what is no user's mistake. */
export const exitCodeOfError = (code: string): number =>
  (ofError as Readonly<Record<string, number | undefined>>)[code] ?? exitCodes.bug;

/**
 * The exit code of a command that ran a worker. Jobs cut by a drain limit of 0 are no failure:
 * nobody promised to wait for them.
 */
export const exitCodeOf = ({ forcedBy, brokenBy, end }: Output, drainTimeout: number): number => {
  if (brokenBy !== undefined) return exitCodes.bug;
  if (forcedBy !== undefined) return ofSignal[forcedBy];
  switch (end?.outcome) {
    case 'drained':
      return exitCodes.ok;
    case 'cut':
      return drainTimeout > 0 && end.jobsCut > 0 ? exitCodes.cut : exitCodes.ok;
    case 'failed':
      return exitCodeOfError(end.failure?.code ?? '');
    default:
      return exitCodes.bug;
  }
};
