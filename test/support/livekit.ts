import { findServer } from '../../scripts/livekit-server/find.mjs';
import { type LogEntry, startServer } from '../../scripts/livekit-server/run.mjs';
import { startHistory } from './history.js';

/** A real LiveKit server that a suite may use. */
export interface LiveKitServer {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  /**
   * Resolves with the first log entry that matches, also one from the past; rejects after `ms`.
   * Missing for a server that this suite did not start: its log is somewhere else.
   */
  readonly waitForLog?: (matches: (entry: LogEntry) => boolean, ms: number) => Promise<LogEntry>;
  /** Ends the server if this suite started it. */
  stop(): Promise<void>;
}

/**
 * The server named in `LIVEKIT_TEST_URL`, else one started for this suite, never one built for it.
 * Without any it says one line and answers nothing, and throws where `CI` is set. It does not
 * look at `LIVEKIT_URL`, which may be a production project.
 */
export async function liveKitServer(say = writeLine): Promise<LiveKitServer | undefined> {
  const { LIVEKIT_TEST_URL: url } = process.env;
  if (url) return givenServer(url);
  const bin = await liveKitBinary(say);
  return bin === undefined ? undefined : startedServer(bin);
}

/** A server to start, for suites that start their own; like `liveKitServer` where there is none. */
export async function liveKitBinary(say = writeLine): Promise<string | undefined> {
  const { CI, LIVEKIT_TEST_URL } = process.env;
  const found = await findServer({ build: false });
  if ('bin' in found) return found.bin;

  const line = `Tests left out. ${found.missing} Or name a running one in LIVEKIT_TEST_URL.`;
  if (CI && !LIVEKIT_TEST_URL) throw new Error(line);
  say(line);
  return undefined;
}

function writeLine(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function givenServer(url: string): Promise<LiveKitServer> {
  const { LIVEKIT_TEST_API_KEY: apiKey = 'devkey', LIVEKIT_TEST_API_SECRET: apiSecret = 'secret' } =
    process.env;
  await fetch(url.replace(/^ws/, 'http'), { signal: AbortSignal.timeout(5_000) }).catch((cause) => {
    throw new Error(`No LiveKit server answers at LIVEKIT_TEST_URL: ${url}`, { cause });
  });
  return { url, apiKey, apiSecret, stop: async () => {} };
}

async function startedServer(bin: string): Promise<LiveKitServer> {
  const { url, apiKey, apiSecret, log, onLog, stop } = await startServer({ bin });
  const history = startHistory<LogEntry>((entries) => entries.map(({ msg }) => msg).join(', '));
  log.forEach(history.add);
  onLog(history.add);
  return {
    url,
    apiKey,
    apiSecret,
    waitForLog: history.waitFor,
    stop: async () => {
      await stop();
    },
  };
}
