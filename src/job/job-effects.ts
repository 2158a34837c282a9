import type { Room } from '@livekit/rtc-node';
import type { Channel } from './channel.js';
import type { JobClock } from './clock.js';
import { failureOf, isAbort } from './failure.js';
import { killGroup } from './group.js';
import type { Event, Perform, StartOrder } from './lifecycle.types.js';
import type { JobLog, LogContext } from './log.js';
import type { Prepared } from './prepare.js';
import { openJob, type RunningJob } from './running-job.js';
import { keyPairHint, missesKeyPair, type ServerAccess } from './server-api.js';
import { within } from './within.js';

const leavingMs = 1_500;
const perishMs = 700;

/** What effects leave for later ones: the warm agent, then its job. */
export interface Held {
  /** What the worker exposes to its jobs. */
  server?: ServerAccess;
  prepared?: Prepared;
  job?: RunningJob;
}

/** What the effects of a job act on; `clock` and `createRoom` replace what is real. */
export interface JobEffectsInput {
  readonly channel: Pick<Channel, 'send'>;
  readonly log: JobLog;
  /** What the job adds to the lines of `log`. */
  readonly logContext: LogContext;
  readonly held: Held;
  readonly dispatch: (event: Event) => void;
  readonly clock?: JobClock;
  readonly createRoom?: () => Room;
}

/** The effects that are about a job. */
export const jobEffects = (
  input: JobEffectsInput,
): Perform<'run' | 'abort' | 'cleanUp' | 'forget' | 'perish'> => {
  const { channel, held, logContext } = input;
  return {
    run: ({ order }) => {
      let job: RunningJob | undefined;
      // What a job says when another one has its place is for nobody.
      const dispatch = (event: Event): void => {
        if (held.job === job) input.dispatch(event);
      };
      try {
        job = open({ ...input, dispatch }, order);
        held.job = job;
      } catch (thrown) {
        channel.send({ type: 'started', jobId: order.jobId });
        const error = failureOf('ERR_LAUNCH_FAILED', thrown);
        return dispatch({ type: 'entrypoint.threw', error, aborted: false });
      }
      channel.send({ type: 'started', jobId: order.jobId });
      callEntrypoint(held, job, dispatch);
    },
    abort: ({ reason }) => held.job?.abort(reason),
    cleanUp: async ({ reason, stays }) => {
      const { job, prepared } = held;
      const isInTime = job && (await within(leavingMs, job.leave(), input.clock));
      if (isInTime === false) job?.ctx.log.warn('the room was not left in time');
      const isDone = await job?.runCallbacks(reason);
      let isClean = false;
      if (stays && isInTime && isDone && (await job?.leave()) && job?.isAtRest()) {
        isClean = prepared?.directory.remove() === true;
        // A rejection that nobody handles is told only after all else that is due.
        await new Promise(setImmediate);
      }
      input.dispatch({ type: 'cleaned', isClean });
    },
    forget: () => {
      delete held.job;
      logContext.fields = {};
    },
    perish: async ({ reason }) => {
      await within(perishMs, Promise.all([held.job?.leave(), held.job?.runCallbacks(reason)]));
      held.prepared?.directory.remove();
      killGroup();
    },
  };
};

const open = (input: JobEffectsInput, order: StartOrder): RunningJob => {
  const { log, logContext, held, dispatch, clock, createRoom } = input;
  if (!held.prepared) throw new Error('This process is not prepared.');
  return openJob({
    ...held.prepared,
    ...(clock && { clock }),
    ...(createRoom && { createRoom }),
    order,
    server: held.server,
    log: log.child({ job_id: order.jobId }),
    logContext,
    onShutdown: (reason) => dispatch({ type: 'end.requested', reason }),
    onDisconnected: () => dispatch({ type: 'room.disconnected' }),
  });
};

function callEntrypoint(
  { server }: Held,
  { ctx, call }: RunningJob,
  dispatch: JobEffectsInput['dispatch'],
): void {
  call().then(
    () => dispatch({ type: 'entrypoint.returned' }),
    (err) => {
      const aborted = isAbort(err, ctx.signal);
      const error = failureOf('ERR_ENTRYPOINT', err);
      const isLocked = server === undefined && missesKeyPair(error.message);
      if (!aborted) {
        ctx.log.error({ err, ...(isLocked && { hint: keyPairHint }) }, 'the entrypoint failed');
      }
      const hinted = { ...error, message: `${error.message} (${keyPairHint})` };
      dispatch({ type: 'entrypoint.threw', error: isLocked ? hinted : error, aborted });
    },
  );
}
