import type { JobRecord, WorkerRecord } from './dispatch/records.js';
import type { TestServerOptions } from './dispatch/server-options.js';
import type { TestServer } from './dispatch/test-server.js';
import { createTestServer } from './dispatch-server.js';

/** What `livekit-actors dev-server` starts. */
export interface DevServerOptions extends Pick<TestServerOptions, 'keys' | 'roomUrl'> {
  /** Default 7880, where LiveKit listens in development. */
  readonly port?: number;
  /** Gets each line; without it the server says nothing. */
  readonly print?: (line: string) => void;
}

/**
 * Runs the dispatch server alone, with `devkey` and `secret` unless told otherwise, and says what
 * happens in lines that hold ids only. It installs no signal handler; `stop` ends it.
 *
 * @throws WorkerError as `createTestServer`.
 */
export async function runDevServer({
  port = 7880,
  print = () => {},
  ...options
}: DevServerOptions = {}): Promise<TestServer> {
  const server = await createTestServer({ port, frameHistory: 1_000, ...options });
  server.on('worker.registered', (worker) => print(describeWorker(worker, 'registered')));
  server.on('worker.closed', (worker) => print(describeWorker(worker, 'gone')));
  server.on('job.dispatched', (job) => print(describeDispatch(job)));
  server.on('job.terminated', ({ id }) => print(`job ${id} told to end`));
  server.on('job.updated', ({ id, statuses }) => {
    print(`job ${id} reported ${statuses.at(-1)?.status ?? 'nothing'}`);
  });
  print(`dispatch server on ${server.url}, no media: jobs get simulated rooms`);
  return server;
}

const describeWorker = ({ id, type, agentName }: WorkerRecord, verb: string): string =>
  `worker ${id} ${verb}: ${type} jobs, ${agentName ? `named ${agentName}` : 'unnamed'}`;

const outcomes: Readonly<Record<JobRecord['dispatch'], string>> = {
  offering: 'is being offered',
  assigned: 'assigned',
  unserved: 'dropped: no worker is available for it',
  refused: 'dropped: every worker refused it',
  lost: 'lost: no answer in time',
  ended: 'ended by a worker for everybody',
};

const describeDispatch = ({ id, type, dispatch, worker }: JobRecord): string =>
  `${type} job ${id} ${outcomes[dispatch]}${worker ? ` to ${worker}` : ''}`;
