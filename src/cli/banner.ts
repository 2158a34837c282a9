import { relative } from 'node:path';
import type { Settings } from '../machines/worker.types.js';
import { dispatchOf } from '../observe/log-lines.js';
import { type ColourChoice, isColourful } from '../observe/logger.js';
import { type Paint, paintWith } from '../observe/pretty.js';
import { shownAddress } from '../options/addresses.js';
import { version } from '../version.js';

interface Shown {
  readonly mode: string;
  readonly settings: Settings;
  readonly entry: string;
}

/** What a worker is and waits for, in a few lines for a terminal. */
export const bannerText = ({ mode, settings, entry }: Shown, paint: Paint): string => {
  const { url, agentName, workerType } = settings;
  const waitsFor =
    dispatchOf(agentName) === 'automatic'
      ? `jobs for every ${workerType}`
      : `jobs that ask for "${agentName}" by name, one for each ${workerType}`;
  return [
    `${paint('bold', `livekit-actors ${mode}`)} ${version}   node ${process.versions.node}`,
    `  ${paint('dim', 'agent')}    ${entry}`,
    `  ${paint('dim', 'server')}   ${shownAddress(url)}`,
    `  ${paint('dim', 'takes')}    ${waitsFor}`,
    '',
  ].join('\n');
};

/** Shows the banner to the person at the terminal. */
export function showBanner({ colour, ...shown }: Shown & { readonly colour: ColourChoice }): void {
  const entry = relative(process.cwd(), shown.entry);
  const paint = paintWith(isColourful(process.stderr, colour));
  process.stderr.write(`${bannerText({ ...shown, entry }, paint)}\n`);
}
