import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { WorkerError } from '../errors.js';

const typeScript = /\.[cm]?tsx?$/;
const loading = /^(--import|--loader|--experimental-loader|--require|-r)(=|$)/;

/** What the choice of a loader depends on. */
export interface Runtime {
  readonly execArgv: readonly string[];
  /** Node's own support: it takes types away, but knows no JSX. */
  readonly stripsTypes: boolean;
}

/** This process. */
export const thisRuntime = (): Runtime => ({
  execArgv: process.execArgv,
  stripsTypes: Boolean((process.features as { readonly typescript?: unknown }).typescript),
});

/**
 * The URL of the loader that a TypeScript file needs: the `tsx` of the project that the file is
 * in. Undefined where Node can do without, or was started with a loader.
 */
export function loaderFor(entry: string, { execArgv, stripsTypes }: Runtime): string | undefined {
  if (!typeScript.test(entry) || (stripsTypes && !entry.endsWith('x'))) return undefined;
  if (execArgv.some((flag) => loading.test(flag))) return undefined;
  try {
    return pathToFileURL(createRequire(entry).resolve('tsx')).href;
  } catch (cause) {
    throw new WorkerError(
      'ERR_AGENT_MODULE',
      `cannot load ${basename(entry)}: Node ${process.versions.node} does not run TypeScript by itself. Add tsx to your project (npm install --save-dev tsx), or build first and start the JavaScript file.`,
      { cause },
    );
  }
}
