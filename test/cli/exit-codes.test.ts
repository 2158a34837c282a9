import { expect, it } from 'vitest';
import { exitCodeOf, exitCodeOfError } from '../../src/cli/exit-codes.js';
import type { Output } from '../../src/cli/session.types.js';

const end = (outcome: 'drained' | 'cut' | 'halted' | 'failed', jobsCut = 0, code = ''): Output => ({
  forcedBy: undefined,
  brokenBy: undefined,
  end: { outcome, jobsCut, failure: code ? { code, message: '' } : undefined },
});

const fault = { error: 'Error: boom', at: undefined };

it.each<[string, Output, number, number]>([
  ['a drain', end('drained'), 1_000, 0],
  ['jobs cut by a limit', end('cut', 2), 1_000, 75],
  ['jobs cut by a limit of 0', end('cut', 2), 0, 0],
  ['a limit that passed with no job left', end('cut', 0), 1_000, 0],
  ['a forcing SIGINT', { ...end('halted', 1), forcedBy: 'SIGINT' }, 1_000, 130],
  ['a forcing SIGTERM', { ...end('halted', 1), forcedBy: 'SIGTERM' }, 1_000, 143],
  ['a worker left behind', { ...end('halted'), forcedBy: 'SIGINT', end: undefined }, 1_000, 130],
  ['a server out of reach', end('failed', 0, 'ERR_SERVER_UNREACHABLE'), 1_000, 69],
  ['credentials refused', end('failed', 0, 'ERR_CREDENTIALS_REFUSED'), 1_000, 77],
  ['a port taken', end('failed', 0, 'ERR_PORT_IN_USE'), 1_000, 78],
  ['a host that is not its own', end('failed', 0, 'ERR_HTTP_SERVER'), 1_000, 78],
  ['an agent that does not load', end('failed', 0, 'ERR_AGENT_MODULE'), 1_000, 78],
  ['an address that is none of a server', end('failed', 0, 'ERR_CONNECTION_FAILED'), 1_000, 78],
  ['a bug', end('failed', 0, 'ERR_INTERNAL'), 1_000, 1],
  ['an exception that nobody caught', { ...end('drained'), brokenBy: fault }, 1_000, 1],
  [
    'an exception after a second signal',
    { ...end('halted'), forcedBy: 'SIGINT', brokenBy: fault },
    1_000,
    1,
  ],
  ['a failure without a cause', end('failed'), 1_000, 1],
])('gives %s its exit code (F-140, D-17)', (_, output, drainTimeout, code) => {
  expect(exitCodeOf(output, drainTimeout)).toBe(code);
});

it.each([
  ['ERR_INVALID_OPTIONS', 78],
  ['ERR_MISSING_CREDENTIALS', 78],
  ['ERR_ALREADY_STARTED', 1],
  ['EACCES', 1],
])('gives %s the exit code %i', (code, exitCode) => {
  expect(exitCodeOfError(code)).toBe(exitCode);
});
