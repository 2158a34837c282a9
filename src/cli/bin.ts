#!/usr/bin/env node
import { readCommandLine } from './command-line.js';
import { leave, outliveReaders, reportFailure } from './failure.js';

/** The program of this package: it takes the agent's file as an argument. */
async function main(args: readonly string[]): Promise<number> {
  const invocation = await readCommandLine(args, { name: 'livekit-actors', takesEntry: true });
  if (invocation.command === 'none') return invocation.exitCode;
  if (invocation.command === 'dev-server') {
    const { devServer } = await import('./dev-server.js');
    return devServer(invocation.port);
  }
  const { runEntry } = await import('./run-entry.js');
  return runEntry(invocation);
}

outliveReaders();
main(process.argv.slice(2)).then(leave, (error: unknown) =>
  leave(reportFailure(error, process.stderr)),
);
