import type { Room } from '@livekit/rtc-node';
import type { Channel } from './channel.js';
import type { JobClock } from './clock.js';
import { failureOf, isAbort } from './failure.js';
import { killGroup } from './group.js';
import type { Event, Perform, StartOrder } from './lifecycle.types.js';
import type { JobLog } from './log.js';
import type { Prepared } from './prepare.js';
import { openJob, type RunningJob } from './running-job.js';
import { within } from './within.js';

const leavingMs = 1_500;
const perishMs = 700;

/** What effects leave for later ones: the warm agent, then its job. */
export interface Held {
  prepared?: Prepared;
  job?: RunningJob;
}

/** What the effects of a job act on; `clock` and `createRoom` replace what is real. */
export interface JobEffectsInput {
  readonly channel: Pick<Channel, 'send'>;
  readonly log: JobLog;
  readonly held: Held;
  readonly dispatch: (event: Event) => void;
  readonly clock?: JobClock;
  readonly createRoom?: () => Room;
}

/** The effects that are about a job. */
export const jobEffects = (
  input: JobEffectsInput,
): Perform<'run' | 'abort' | 'cleanUp' | 'perish'> => {
  const { channel, held, dispatch } = input;
  return {
    run: ({ order }) => {
      try {
        held.job = open(input, order);
      } catch (thrown) {
        channel.send({ type: 'started', jobId: order.jobId });
        const error = failureOf('ERR_LAUNCH_FAILED', thrown);
        return dispatch({ type: 'entrypoint.threw', error, aborted: false });
      }
      channel.send({ type: 'started', jobId: order.jobId });
      callEntrypoint(held.job, dispatch);
    },
    abort: ({ reason }) => held.job?.abort(reason),
    cleanUp: async ({ reason }) => {
      const { job } = held;
      if (job && !(await within(leavingMs, job.leave(), input.clock))) {
        job.ctx.log.warn('the room was not left in time');
      }
      await job?.runCallbacks(reason);
      dispatch({ type: 'cleaned' });
    },
    perish: async ({ reason }) => {
      await within(perishMs, Promise.all([held.job?.leave(), held.job?.runCallbacks(reason)]));
      killGroup();
    },
  };
};

const open = (input: JobEffectsInput, order: StartOrder): RunningJob => {
  const { log, held, dispatch, clock, createRoom } = input;
  if (!held.prepared) throw new Error('This process is not prepared.');
  return openJob({
    ...held.prepared,
    ...(clock && { clock }),
    ...(createRoom && { createRoom }),
    order,
    log: log.child({ job_id: order.jobId }),
    onShutdown: (reason) => dispatch({ type: 'end.requested', reason }),
    onDisconnected: () => dispatch({ type: 'room.disconnected' }),
  });
};

function callEntrypoint({ ctx, call }: RunningJob, dispatch: JobEffectsInput['dispatch']): void {
  call().then(
    () => dispatch({ type: 'entrypoint.returned' }),
    (err) => {
      const aborted = isAbort(err, ctx.signal);
      if (!aborted) ctx.log.error({ err }, 'the entrypoint failed');
      const error = failureOf('ERR_ENTRYPOINT', err);
      dispatch({ type: 'entrypoint.threw', error, aborted });
    },
  );
}
