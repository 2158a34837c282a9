import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** The module `@livekit/rtc-node`. */
export type Rtc = typeof import('@livekit/rtc-node');

/** The native room library, or why it is not there. A simulated job does without. */
export type RtcLoad =
  | { readonly rtc: Rtc; readonly problem?: never }
  | { readonly rtc?: never; readonly problem: unknown };

const name = '@livekit/rtc-node';

/**
 * Loads the copy that the user's module would get, so that both share one native library and one
 * set of classes; without it, the copy beside this package.
 */
export async function loadRtc(agentUrl: string): Promise<RtcLoad> {
  const source = resolveFrom(agentUrl) ?? name;
  try {
    return { rtc: (await import(source)) as Rtc };
  } catch (problem) {
    return { problem };
  }
}

function resolveFrom(agentUrl: string): string | undefined {
  try {
    return pathToFileURL(createRequire(agentUrl).resolve(name)).href;
  } catch {
    return undefined;
  }
}
