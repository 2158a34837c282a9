import { type Failure, WorkerError, type WorkerErrorCode } from '../../errors.js';
import type { AgentDefinition } from '../../job/agent-definition.js';
import type { JobContext } from '../../job/context.types.js';
import { failureWithPlace } from '../../job/module-error.js';
import type { Simulation } from '../../job/simulated-room.js';
import type { Sightings } from '../dispatch/sightings.js';
import { type AgentSource, sourceOf, type TestAgent } from './agent-source.js';
import { checkRunOptions, type TestJobOptions } from './job-options.js';
import { type PerformanceInput, perform } from './performance.js';
import { type LogLine, type PublishedData, type Stage, setStage } from './stage.js';
import type { TestJobEnd } from './verdict.js';

/** How `runJob` runs a job. Durations are milliseconds; `Infinity` is "no limit". */
export interface RunJobOptions extends TestJobOptions {
  /** For the agent to load and prewarm. Default 10 s, as in a worker. */
  readonly initializeProcessTimeout?: number;
  /** For the entrypoint to settle once the job ends. Default 3 s, as in a worker. */
  readonly entrypointGraceTimeout?: number;
  /** From the beginning of the end to the end. Default 10 s, as in a worker. */
  readonly shutdownProcessTimeout?: number;
}

/** One job of your agent, and all that a test does to it and sees of it. */
export interface TestJob<UserData = Record<string, unknown>> {
  /**
   * Resolves with the first truthy value of `read`, which runs now and at whatever happens in the
   * job. The limit is 10 s of real time unless given in milliseconds.
   *
   * @throws WorkerError `ERR_NOT_SEEN` when it was not seen in time, or by the end of the job, of
   * which it then tells. What `read` throws is thrown here.
   */
  readonly waitFor: Sightings['waitFor'];
  /** The other side of its room, from the first moment on: who is there before the agent, too. */
  readonly room: Simulation;
  /**
   * The context, in the tick in which the entrypoint is called. Rejects when the job does not
   * start, as a `WorkerError`.
   */
  readonly started: Promise<JobContext<UserData>>;
  /** How it ended. Never rejects; by then no timer and no listener of the job is left. */
  readonly ended: Promise<TestJobEnd>;
  /** All data that the agent published, oldest first. It grows. */
  readonly published: readonly PublishedData[];
  /** All that it logged, oldest first. It grows. */
  readonly logs: readonly LogLine[];
  /** Ends it as a worker does. The reason is `terminated by the server` unless given. */
  shutdown(reason?: string): void;
}

/**
 * Runs one job of an agent in this process, without a server, in a simulated room: prewarm function,
 * entrypoint and shutdown callbacks, with the context and the lifecycle of a job's process. What
 * only a process has is for a whole worker under `createTestServer`: an exception that nobody
 * catches goes to your test runner, and what never settles stays.
 *
 * @throws WorkerError `ERR_INVALID_ARGUMENT` for what is no agent, `ERR_INVALID_OPTIONS` for wrong
 * options.
 *
 * @example
 * const job = runJob(agent, { participant: 'ann', jobType: 'participant' });
 * await job.waitFor(() => job.published.some(({ text }) => text === 'hello ann'));
 * job.room.leave('ann');
 * expect(await job.ended).toEqual({ outcome: 'success', error: undefined, reason: 'ann left' });
 */
export function runJob<UserData = Record<string, unknown>>(
  agent: TestAgent<UserData>,
  options: RunJobOptions = {},
): TestJob<UserData> {
  const source = sourceOf(agent);
  checkRunOptions(options);
  const {
    initializeProcessTimeout = 10_000,
    entrypointGraceTimeout = 3_000,
    shutdownProcessTimeout = 10_000,
  } = options;
  const stage = setStage(options);
  const { started, ended, callbacks } = promises(stage);
  const how: { end?: TestJobEnd } = {};
  const { shutdown } = perform({
    ...{ stage, ...callbacks },
    onEnded: (end) => {
      how.end = end;
      callbacks.onEnded(end);
    },
    prepare: () => prepare(source, stage),
    initializeMs: initializeProcessTimeout,
    graceMs: entrypointGraceTimeout,
    shutdownMs: shutdownProcessTimeout,
  });
  const { logs, published, sightings, room } = stage;
  return {
    ...{ logs, published, room: room.simulate, ended },
    waitFor: (read, timeoutMs) =>
      sightings.waitFor(() => read() || refuseIfOver(how.end, read), timeoutMs) as never,
    started: started as Promise<JobContext<UserData>>,
    shutdown: (reason = 'terminated by the server') => shutdown(String(reason)),
  };
}

/** What was not seen by the end of a job never will be. */
function refuseIfOver(end: TestJobEnd | undefined, read: () => unknown): undefined {
  if (end === undefined) return undefined;
  const why = end.error === undefined ? end.reason : end.error.message;
  throw new WorkerError(
    'ERR_NOT_SEEN',
    `The job ended (${end.outcome}: ${why}) and this was not seen: ${read}`,
  );
}

/** What the promises of a job settle by. */
function promises({ sightings }: Stage) {
  let start = (_ctx: JobContext): void => {};
  let refuse = (_error: WorkerError): void => {};
  let end = (_end: TestJobEnd): void => {};
  const started = new Promise<JobContext>((resolve, reject) => {
    start = resolve;
    refuse = reject;
  });
  // Who does not ask for the start is told by the end.
  started.catch(() => {});
  const ended = new Promise<TestJobEnd>((resolve) => {
    end = resolve;
  });
  const callbacks: Pick<PerformanceInput, 'onStarted' | 'onEnded'> = {
    onStarted: ({ ctx }) => start(ctx),
    onEnded: (how) => {
      const { code, message } = how.error ?? { code: 'ERR_LAUNCH_FAILED', message: how.reason };
      refuse(new WorkerError(code as WorkerErrorCode, message));
      end(how);
      sightings.look();
    },
  };
  return { started, ended, callbacks };
}

type Prepared = { readonly agent: AgentDefinition } | { readonly error: Failure };

async function prepare(source: AgentSource, { proc }: Stage): Promise<Prepared> {
  try {
    const agent = await source();
    await agent.prewarm?.(proc);
    return { agent };
  } catch (thrown) {
    if (!(thrown instanceof WorkerError) || thrown.code !== 'ERR_AGENT_MODULE') {
      return { error: failureWithPlace('ERR_PREWARM', thrown) };
    }
    return { error: { code: thrown.code, message: thrown.message } };
  }
}
