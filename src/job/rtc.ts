import { createRequire } from 'node:module';

/** The module `@livekit/rtc-node`. */
export type Rtc = typeof import('@livekit/rtc-node');

/** The native room library, or why it is not there. A simulated job does without. */
export type RtcLoad =
  | { readonly rtc: Rtc; readonly problem?: never }
  | { readonly rtc?: never; readonly problem: unknown };

const name: string = '@livekit/rtc-node';

/**
 * Loads the copy that the user's module would get, so that both share one native library and one
 * set of classes; without it, the copy beside this package.
 */
export async function loadRtc(agentUrl: string): Promise<RtcLoad> {
  try {
    // Required, because it is CommonJS behind either door and this door is the faster one.
    return { rtc: createRequire(agentUrl)(name) as Rtc };
  } catch {
    return loadOwnRtc();
  }
}

async function loadOwnRtc(): Promise<RtcLoad> {
  try {
    return { rtc: (await import(name)) as Rtc };
  } catch (problem) {
    return { problem };
  }
}
