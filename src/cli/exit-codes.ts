import type { WorkerErrorCode } from '../errors.js';
import type { Output } from './session.types.js';

/** How a command ends, after sysexits.h where that has a word for it. */
export const exitCodes = {
  ok: 0,
  bug: 1,
  usage: 64,
  unreachable: 69,
  cut: 75,
  refused: 77,
  configuration: 78,
} as const;

const ofError: Readonly<Partial<Record<WorkerErrorCode, number>>> = {
  ERR_SERVER_UNREACHABLE: exitCodes.unreachable,
  ERR_CREDENTIALS_REFUSED: exitCodes.refused,
  ERR_INVALID_OPTIONS: exitCodes.configuration,
  ERR_MISSING_CREDENTIALS: exitCodes.configuration,
  ERR_PORT_IN_USE: exitCodes.configuration,
  ERR_AGENT_MODULE: exitCodes.configuration,
  ERR_CONNECTION_FAILED: exitCodes.configuration,
};

const ofSignal = { SIGINT: 130, SIGTERM: 143 } as const;

/** The exit code of an error; 1, a bug, for what is no user's mistake. */
export const exitCodeOfError = (code: string): number =>
  (ofError as Readonly<Record<string, number | undefined>>)[code] ?? exitCodes.bug;

/**
 * The exit code of a command that ran a worker. Jobs cut by a drain limit of 0 are no failure:
 * nobody promised to wait for them.
 */
export const exitCodeOf = ({ forcedBy, end }: Output, drainTimeout: number): number => {
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
