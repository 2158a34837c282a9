import { onTestFinished } from 'vitest';
import {
  createWorker,
  type Worker,
  type WorkerEnvironment,
  type WorkerEvent,
  WorkerOptions,
  type WorkerOptionsInit,
  type WorkerOutput,
} from '../../src/index.js';
import type { Violation } from '../../src/testing/index.js';
import { agentFixture } from './forked-runner.js';
import type { LedgerServer } from './ledger-server.js';
import { isRunning } from './processes.js';
import { seen } from './seen.js';

type EventOf<Type extends WorkerEvent['type']> = Extract<WorkerEvent, { type: Type }>;
type ChildRecord = Parameters<NonNullable<WorkerEnvironment['log']>>[0];

/** A worker in this process, with real child processes and a real socket. */
export interface RealWorker {
  readonly worker: Worker;
  /** All it told so far, in order. */
  readonly events: readonly WorkerEvent[];
  /** What its jobs logged. */
  readonly logs: readonly ChildRecord[];
  /** The first event of a type that `matches`, from the past or the future. */
  hear<Type extends WorkerEvent['type']>(
    type: Type,
    matches?: (event: EventOf<Type>) => boolean,
    deadlineMs?: number,
  ): Promise<EventOf<Type>>;
  /** The first line of a job's log with this text. */
  hearLog(message: string): Promise<ChildRecord>;
  /** Waits until it takes jobs. */
  available(): Promise<void>;
  /** Every process it told of. */
  pids(): readonly number[];
  /** Asks its health server. */
  probe(path: string): Promise<{ readonly status: number; readonly body: string }>;
  /** Drains it, and tells what came of it and what the ledger has to say. */
  end(): Promise<{ readonly output: WorkerOutput; readonly violations: readonly Violation[] }>;
}

/** What {@link RealWorker.end} returns when all is well. */
export const cleanEnd = {
  output: { outcome: 'drained', jobsCut: 0, failure: undefined },
  violations: [],
};

interface Setup extends WorkerEnvironment {
  /** An agent of `test/fixtures/agents`, or the address of another one. */
  readonly agent?: string | URL;
  readonly options?: WorkerOptionsInit;
}

/** Starts a worker for a server; the end of the test halts it. */
export function startRealWorker(
  { server, ledger }: Pick<LedgerServer, 'server' | 'ledger'>,
  { agent = 'obeys', options = {}, ...environment }: Setup = {},
): RealWorker {
  const events: WorkerEvent[] = [];
  const logs: ChildRecord[] = [];
  const settings = new WorkerOptions({
    agent: agent instanceof URL ? agent : agentFixture(agent),
    url: server.url,
    apiKey: server.apiKey,
    apiSecret: server.apiSecret.reveal(),
    numIdleProcesses: 1,
    loadFnc: () => 0,
    loadThreshold: Number.POSITIVE_INFINITY,
    host: '127.0.0.1',
    port: 0,
    logLevel: 'debug',
    // The certificates would cost each child a part of its start.
    envExclude: ['NODE_EXTRA_CA_CERTS'],
    ...options,
  });
  const worker = createWorker(settings, { log: (record) => logs.push(record), ...environment });
  worker.actor.on('*', (event) => events.push(event));
  onTestFinished(async () => void (await worker.halt()));
  worker.start();

  const hear: RealWorker['hear'] = (type, matches = () => true, deadlineMs = 10_000) =>
    seen(
      () =>
        events.find(
          (it): it is EventOf<typeof type> =>
            it.type === type && matches(it as EventOf<typeof type>),
        ),
      deadlineMs,
    );
  const pids = () =>
    events.flatMap((event) => ('pid' in event && event.pid !== undefined ? [event.pid] : []));
  return {
    worker,
    events,
    logs,
    hear,
    pids,
    hearLog: (message) => seen(() => logs.find((record) => record.message === message)),
    available: async () => {
      await hear('status', ({ status }) => status === 'available');
    },
    probe: async (path) => {
      const { port } = await hear('listening');
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return { status: response.status, body: await response.text() };
    },
    end: async () => {
      const output = await worker.drain();
      const livePids = pids().filter(isRunning);
      ledger.record({
        type: 'processes.sampled',
        worker: server.apiKey,
        when: 'afterExit',
        livePids,
        actors: [],
      });
      return { output, violations: ledger.check() };
    },
  };
}
