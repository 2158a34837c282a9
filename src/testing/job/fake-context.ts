import type { JobContext } from '../../job/context.types.js';
import { runWithJobContext } from '../../job/current-context.js';
import { openJob } from '../../job/running-job.js';
import type { Simulation } from '../../job/simulated-room.js';
import { checkContextOptions, type TestJobOptions } from './job-options.js';
import { type LogLine, type PublishedData, setStage } from './stage.js';

/** A context for a function under test, and the world around it. */
export interface FakeJobContext<UserData = Record<string, unknown>> {
  /** A real context in a simulated room that it has not joined. */
  readonly ctx: JobContext<UserData>;
  /** The other side of its room. */
  readonly room: Simulation;
  /** The reasons of all calls of `ctx.shutdown`, in order. They end nothing. */
  readonly shutdowns: readonly string[];
  /** All data that was published, oldest first. It grows. */
  readonly published: readonly PublishedData[];
  /** All that was logged, oldest first. It grows. */
  readonly logs: readonly LogLine[];
  /** Calls `work` so that `getJobContext` finds `ctx` below it. */
  run<Result>(work: () => Result): Result;
  /**
   * What the end of a job does: aborts `ctx.signal`, leaves the room, runs the shutdown callbacks.
   * The reason is `terminated by the server` unless given.
   */
  end(reason?: string): Promise<void>;
}

/**
 * Makes a context for the test of a function that takes one. No job runs, and nothing happens by
 * itself.
 *
 * @throws WorkerError `ERR_INVALID_OPTIONS` for wrong options.
 *
 * @example
 * const { ctx, room, published } = fakeJobContext({ metadata: '{"tenant":7}' });
 * await greet(ctx);
 * expect(published.map(({ text }) => text)).toEqual(['hello tenant 7']);
 */
export function fakeJobContext<UserData = Record<string, unknown>>(
  options: TestJobOptions = {},
): FakeJobContext<UserData> {
  checkContextOptions(options);
  const stage = setStage(options);
  const { order, proc, room, createRoom, clock, log, logContext, logs, published } = stage;
  const { directory, callbackMs } = stage;
  const shutdowns: string[] = [];
  const { ctx, abort, leave, runCallbacks } = openJob({
    ...{ order, proc, createRoom, clock, log, logContext, directory, callbackMs },
    server: undefined,
    agent: { entrypoint: () => {} },
    rtc: { problem: undefined },
    onShutdown: (reason) => shutdowns.push(reason),
    onDisconnected: () => {},
  });
  return {
    ...{ room: room.simulate, shutdowns, logs, published },
    ctx: ctx as JobContext<UserData>,
    run: (work) => runWithJobContext(ctx, work),
    end: async (reason = 'terminated by the server') => {
      abort(reason);
      await leave();
      await runCallbacks(reason);
      directory.remove();
    },
  };
}
