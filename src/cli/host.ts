import type { AppEnvironment } from './run-app.js';

/** Takes what a file hands to `cli.runApp`: options, if it is right. */
export type Host = (given: unknown, environment: AppEnvironment) => void;

// Global, because the file of the agent may import another copy of this code.
const key = Symbol.for('livekit-actors.cli');
const place = globalThis as { [key]?: Host };

/** The program that imports files for their options; undefined where a file runs by itself. */
export const currentHost = (): Host | undefined => place[key];

/** Makes this process one that imports files for their options. */
export const installHost = (host: Host): void => {
  place[key] = host;
};
