// Finds a LiveKit server to run: the one named, the one on PATH, the one built earlier.
import { buildServer, cachedServer, versionOf } from './build.mjs';

/**
 * Answers `{ bin, origin }`, or `{ missing }`: one line that says why there is none and how to
 * get one. It builds only when asked to, and only when nothing else is there.
 */
export async function findServer({ build, say = () => {} }) {
  const named = process.env.LIVEKIT_SERVER_BIN;
  if (named) {
    if ((await versionOf(named)) !== undefined) return { bin: named, origin: 'LIVEKIT_SERVER_BIN' };
    return { missing: `LIVEKIT_SERVER_BIN is not a LiveKit server that runs here: ${named}` };
  }
  if ((await versionOf('livekit-server')) !== undefined) {
    return { bin: 'livekit-server', origin: 'PATH' };
  }
  return build ? built(say) : cached();
}

async function cached() {
  const bin = await cachedServer();
  if (bin !== undefined) return { bin, origin: 'cache' };
  return {
    missing:
      'No LiveKit server: `npm run livekit` builds one; or put livekit-server on PATH, or name one in LIVEKIT_SERVER_BIN.',
  };
}

async function built(say) {
  const { bin, built, problem } = await buildServer(say);
  if (problem === undefined) return { bin, origin: built ? 'build' : 'cache' };
  const earlier = await cachedServer();
  if (earlier !== undefined) return { bin: earlier, origin: 'cache' };
  return {
    missing: `No LiveKit server, and ${problem}: install Go 1.26 (or 1.21 and newer with GOTOOLCHAIN=auto), put livekit-server on PATH, or name one in LIVEKIT_SERVER_BIN.`,
  };
}
