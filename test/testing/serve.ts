import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import {
  createLedger,
  createTestServer,
  type TestServer,
  type TestServerOptions,
} from '../../src/testing/index.js';
import { type BareWorkerOptions, mintToken, startBareWorker } from '../support/bare-worker.js';
import { steppingClock } from '../support/stepping-clock.js';

/** A server that the test's end stops. Jobs are offered without a selection wait unless told. */
export async function serve(options: TestServerOptions = {}): Promise<TestServer> {
  const server = await createTestServer({ selectionWait: 0, ...options });
  onTestFinished(() => server.stop());
  return server;
}

/** A server whose time stands still until the test moves it, and its ledger on the same clock. */
export async function serveInVirtualTime(options: TestServerOptions = {}) {
  const clock = steppingClock();
  const ledger = createLedger({ now: clock.now });
  const server = await createTestServer({ clock, ledger, random: () => 0, ...options });
  onTestFinished(() => server.stop());
  return { server, clock, ledger };
}

/** A registered worker that the test's end disconnects. */
export async function connect(server: TestServer, options: BareWorkerOptions = {}) {
  const worker = await startBareWorker(server, options);
  onTestFinished(() => worker.socket.terminate());
  return worker;
}

/** Says yes to everything. */
export const willing = { answer: () => ({ available: true }) } satisfies BareWorkerOptions;

/** Says no to everything. */
export const unwilling = { answer: () => ({ available: false }) } satisfies BareWorkerOptions;

export interface Knock {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string;
}

/** Asks for an agent socket and says how the server answered. */
export async function knock(server: TestServer, { path = '/agent', headers, token }: Knock = {}) {
  const bearer = token ?? (await mintToken(server));
  const socket = new WebSocket(`${server.url}${path}`, {
    headers: headers ?? { authorization: `Bearer ${bearer}` },
  });
  onTestFinished(() => socket.terminate());
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('upgrade', () => resolve({ status: 101, body: '' }));
    socket.once('unexpected-response', async (_, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
    });
  });
}
