import { type LedgerServer, serveWithLedger } from './ledger-server.js';
import { agentFile, runProgram, type WorkerProgram } from './worker-program.js';

/** How its agent, its options and its process are. */
interface Setup {
  readonly options?: object;
  readonly act?: 'throws' | 'forgets' | 'ponders' | 'measures' | 'blocks';
  /** Flags of Node. */
  readonly flags?: readonly string[];
  /** Arguments after `start`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly through?: readonly string[];
}

/** A worker that is a process, with a server of its own; it is warm. */
export async function startOwnWorker(setup: Setup = {}) {
  const { options = {}, act, flags = [], args = [], env = {}, through } = setup;
  const world = await serveWithLedger();
  const program = runProgram([...flags, agentFile('obeys-its-worker.mjs'), 'start', ...args], {
    server: world.server,
    ...(through && { through }),
    env: {
      WORKER_OPTIONS: JSON.stringify(options),
      ...(act !== undefined && { WORKER_ACT: act }),
      ...env,
    },
  });
  await program.warm();
  return { ...world, program };
}

/** A job of it that has joined its room and stays. */
export const jobThatRuns = async ({
  program,
  ...world
}: LedgerServer & { program: WorkerProgram }) => {
  const job = world.offer('stays');
  const pid = await world.started(job);
  await program.hear('job.log', (line) => line.msg === 'joined' && line.job_id === job.id);
  return { job, pid };
};

/** Milliseconds since it was called. */
export const elapsed = (): (() => number) => {
  const from = performance.now();
  return () => performance.now() - from;
};
