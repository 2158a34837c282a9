import { once } from 'node:events';
import { WorkerError } from '../errors.js';
import { exitCodes } from './exit-codes.js';

/** Runs the dispatch server alone until a signal. */
export async function devServer(port: string | undefined): Promise<number> {
  const { runDevServer } = await import('../testing/index.js');
  const server = await runDevServer({
    ...(port !== undefined && { port: portOf(port) }),
    print: (line) => process.stderr.write(`${line}\n`),
  });
  process.stderr.write(
    `LIVEKIT_URL=${server.url} LIVEKIT_API_KEY=${server.apiKey} LIVEKIT_API_SECRET=${server.apiSecret.reveal()}\n`,
  );
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await server.stop();
  return exitCodes.ok;
}

function portOf(written: string): number {
  const port = Number(written);
  if (/^\d+$/.test(written) && port <= 65_535) return port;
  throw new WorkerError(
    'ERR_INVALID_OPTIONS',
    `--port: expected a whole number from 0 to 65535, got "${written}".`,
  );
}
