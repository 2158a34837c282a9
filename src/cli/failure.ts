import { exitCodeOfError, exitCodes } from './exit-codes.js';

/** Says what went wrong, in a line for a user's mistake and with its stack for a bug of ours. */
export function reportFailure(error: unknown, stream: NodeJS.WritableStream): number {
  const { code, message, stack } = error as Partial<Error> & { readonly code?: unknown };
  const exitCode = typeof code === 'string' ? exitCodeOfError(code) : exitCodes.bug;
  const text = exitCode === exitCodes.bug ? (stack ?? String(error)) : message;
  stream.write(`error: ${text}\n`);
  // Node throws the syntax error of a CommonJS file once more after it rejected the import.
  process.on('uncaughtException', () => {});
  return exitCode;
}

/** Lets nobody's closed pipe end this program: what is written to it is lost. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

/**
 * Ends the process: by itself once nothing is left to do, or half a second later, since what a
 * user's file left running must not keep a worker that ended.
 */
export function leave(exitCode: number): void {
  process.exitCode = exitCode;
  setTimeout(() => process.exit(), 500).unref();
}
