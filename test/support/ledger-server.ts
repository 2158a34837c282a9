import { WorkerPong } from '@livekit/protocol';
import { onTestFinished } from 'vitest';
import {
  createJobSocket,
  createLedger,
  createTestServer,
  type JobRecord,
  type Ledger,
  type TestServer,
  type TestServerOptions,
} from '../../src/testing/index.js';
import { seen } from './seen.js';

/** What the agent `obeys` can be told; `stays` waits for SIGUSR2 or its shutdown. */
export type Act =
  | 'ends'
  | 'stays'
  | 'throws'
  | 'babbles'
  | 'shouts'
  | 'corrupts'
  | 'floods'
  | 'prints'
  | 'closes'
  | 'exits'
  | 'clings'
  | 'shows'
  | 'writes'
  | 'helps'
  | 'blocks';

/** A dispatch server that writes a ledger, as its jobs do, and waits for nothing. */
export interface LedgerServer {
  readonly server: TestServer;
  readonly ledger: Ledger;
  /** Makes a room, and with it one job for the agents of this name. */
  offer(act?: Act, room?: string, agentName?: string): JobRecord;
  /** Resolves when the search for a worker is over. */
  dispatched(...jobs: readonly JobRecord[]): Promise<void>;
  /** Resolves when the job reported its own start, with the process that it runs in. */
  started(job: JobRecord): Promise<number>;
  /** Resolves when each job has its terminal status. */
  ended(...jobs: readonly JobRecord[]): Promise<void>;
  /** Cuts the only connection as a cable does that is pulled, and returns its worker's id. */
  cut(): string;
}

/** Starts one that the end of the test stops. */
export async function serveWithLedger(options: TestServerOptions = {}): Promise<LedgerServer> {
  const ledger = createLedger();
  const jobSocket = await createJobSocket(ledger);
  const server = await createTestServer({ selectionWait: 0, random: () => 0, ledger, ...options });
  onTestFinished(async () => {
    await server.stop();
    await jobSocket.close();
  });
  let rooms = 0;

  return {
    server,
    ledger,
    offer: (act = 'ends', room = `room-${++rooms}`, agentName = '') => {
      const metadata = JSON.stringify({ ledger: jobSocket.address, act });
      const before = server.jobs.length;
      server.createRoom({ name: room, metadata, agents: [{ agentName }] });
      const job = server.jobs[before];
      if (!job) throw new Error('This room has its job already.');
      return job;
    },
    dispatched: async (...jobs) => {
      await server.waitFor(() => jobs.every(({ dispatch }) => dispatch !== 'offering'));
    },
    started: ({ id }) =>
      seen(() =>
        ledger.records
          .flatMap((fact) => (fact.type === 'job.started' && fact.jobId === id ? [fact.pid] : []))
          .at(0),
      ),
    ended: async (...jobs) => {
      await server.waitFor(() => jobs.every(({ endedAt }) => endedAt !== undefined));
    },
    cut: () => {
      const id = server.workers[0]?.id ?? '';
      server.script({ direction: 'out', message: 'pong', times: 1, fault: 'reset' });
      server.send(id, { case: 'pong', value: new WorkerPong() });
      return id;
    },
  };
}
