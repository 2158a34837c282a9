import { readFile } from 'node:fs/promises';
import { exitCodeOfError, exitCodes } from '../src/cli/exit-codes.js';
import type { Page } from './machine-docs.js';
import { code, table } from './markdown.js';
import { textDocs } from './member-docs.js';

const root = new URL('../', import.meta.url);
const file = 'docs/errors.md';

const head = `# Errors

<!-- Written by \`npm run docs\` from src/errors.ts. -->

Every error that this package throws is a \`WorkerError\` with one of these codes. Tell errors apart by
\`code\`, not by class: a class does not survive a process boundary or a second copy of the package.
Codes never change their meaning; messages may change at any time.

The same codes are in the events of a worker (\`error.code\`), in its log (\`error_code\`), and in the
outcome of a process. There you also meet codes that an error brought along: the system's, such as
\`ECONNREFUSED\`, and your own, if \`requestFnc\` or \`loadFnc\` throws an error that has a \`code\`. What
the LiveKit server gets of a failed job is the message.

A crash, a refusal, a time-out are no exceptions: they are states, outcomes and events. What is thrown
is misuse, and the promises that \`requestFnc\` holds.`;

const foot = `The last column is the exit code of a command that this cause ended; other causes exit with 1. All exit
codes are in [Shutting down](shutdown.md#exit-codes).`;

/** The page of errors: every code, when it occurs, what to do, and how a command exits with it. */
export async function errorPage(): Promise<Page> {
  const codes = textDocs(await readFile(new URL('src/errors.ts', root), 'utf8'), 'WorkerErrorCode');
  const rows = [...codes].map(([name, doc]) => [code(name), doc, exitOf(name)]);
  const text = `${[head, table(['code', 'when, and what to do', 'exit'], rows), foot].join('\n\n')}\n`;
  return { file, url: new URL(file, root), text };
}

const exitOf = (name: string): string => {
  const exit = exitCodeOfError(name);
  return exit === exitCodes.bug ? '' : String(exit);
};
