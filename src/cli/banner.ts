import { relative } from 'node:path';
import { type ColourChoice, isColourful } from '../observe/logger.js';
import { type Paint, paintWith } from '../observe/pretty.js';
import { version } from '../version.js';

interface Shown {
  readonly mode: string;
  readonly entry: string;
  readonly server: string;
  readonly takes: string;
}

/** What a worker is and waits for, in a few lines for a terminal. */
export const bannerText = ({ mode, entry, server, takes }: Shown, paint: Paint): string =>
  [
    `${paint('bold', `livekit-actors ${mode}`)} ${version}   node ${process.versions.node}`,
    `  ${paint('dim', 'agent')}    ${entry}`,
    `  ${paint('dim', 'server')}   ${server}`,
    `  ${paint('dim', 'takes')}    ${takes}`,
    '',
  ].join('\n');

/** Shows the banner to the person at the terminal. */
export function showBanner({ colour, ...shown }: Shown & { readonly colour: ColourChoice }): void {
  const entry = relative(process.cwd(), shown.entry);
  const paint = paintWith(isColourful(process.stderr, colour));
  process.stderr.write(`${bannerText({ ...shown, entry }, paint)}\n`);
}
