import type { Channel } from './channel.js';
import { failureOf, isAbort } from './failure.js';
import { killGroup } from './group.js';
import type { Effect, Event, StartOrder } from './lifecycle.types.js';
import type { JobLog } from './log.js';
import { type Prepared, prepare } from './prepare.js';
import { openJob, type RunningJob } from './running-job.js';
import { within } from './within.js';

const leaveTimeoutMs = 2_000;
const leavingMs = 1_500;
const perishMs = 700;
const longestTimerMs = 2 ** 31 - 1;

interface EffectsInput {
  readonly channel: Channel;
  readonly log: JobLog;
  /** Milliseconds after its start at which this process was online. */
  readonly online: number;
  readonly dispatch: (event: Event) => void;
}

/** What the effects need and leave behind: the warm agent, then its job. */
interface Held {
  prepared?: Prepared;
  job?: RunningJob;
}

type Perform<Type extends Effect['type']> = {
  readonly [Name in Type]: (effect: Extract<Effect, { type: Name }>) => void;
};

/** Does what the lifecycle says, and decides nothing. */
export function createEffects(input: EffectsInput): (effect: Effect) => void {
  const held: Held = {};
  const perform: Perform<Effect['type']> = {
    ...processEffects(input, held),
    ...jobEffects(input, held),
  };
  return (effect) => (perform[effect.type] as (effect: Effect) => void)(effect);
}

const processEffects = (
  { channel, log, online, dispatch }: EffectsInput,
  held: Held,
): Perform<'prepare' | 'tell' | 'warn' | 'armGrace' | 'armLeaveTimeout' | 'exit'> => {
  const arm = (ms: number, event: Event) => {
    if (ms <= longestTimerMs) setTimeout(() => dispatch(event), ms);
  };
  return {
    prepare: async ({ order }) => {
      const result = await prepare(order, online);
      if ('error' in result) {
        log.error({ err: result.thrown }, 'the agent did not start');
        return dispatch({ type: 'preparation.failed', error: result.error });
      }
      held.prepared = result.prepared;
      dispatch({ type: 'prepared', timings: result.timings });
    },
    tell: ({ message }) => channel.send(message),
    warn: ({ message }) => log.warn(message),
    armGrace: ({ ms }) => arm(ms, { type: 'grace.passed' }),
    armLeaveTimeout: () => arm(leaveTimeoutMs, { type: 'leaveTimeout.passed' }),
    exit: async ({ code }) => {
      await channel.flush();
      process.exit(code);
    },
  };
};

const jobEffects = (
  input: EffectsInput,
  held: Held,
): Perform<'run' | 'abort' | 'cleanUp' | 'perish'> => ({
  run: ({ order }) => {
    try {
      held.job = open(input, held, order);
    } catch (thrown) {
      input.channel.send({ type: 'started', jobId: order.jobId });
      const error = failureOf('ERR_LAUNCH_FAILED', thrown);
      return input.dispatch({ type: 'entrypoint.threw', error, aborted: false });
    }
    input.channel.send({ type: 'started', jobId: order.jobId });
    callEntrypoint(held.job, input.dispatch);
  },
  abort: ({ reason }) => held.job?.abort(reason),
  cleanUp: async ({ reason }) => {
    const { job } = held;
    if (job && !(await within(leavingMs, job.leave()))) {
      job.ctx.log.warn('the room was not left in time');
    }
    await job?.runCallbacks(reason);
    input.dispatch({ type: 'cleaned' });
  },
  perish: async ({ reason }) => {
    await within(perishMs, Promise.all([held.job?.leave(), held.job?.runCallbacks(reason)]));
    killGroup();
  },
});

const open = ({ log, dispatch }: EffectsInput, { prepared }: Held, order: StartOrder) => {
  if (!prepared) throw new Error('This process is not prepared.');
  return openJob({
    ...prepared,
    order,
    log: log.child({ job_id: order.jobId }),
    onShutdown: (reason) => dispatch({ type: 'end.requested', reason }),
    onDisconnected: () => dispatch({ type: 'room.disconnected' }),
  });
};

function callEntrypoint({ ctx, call }: RunningJob, dispatch: (event: Event) => void): void {
  call().then(
    () => dispatch({ type: 'entrypoint.returned' }),
    (err) => {
      const aborted = isAbort(err, ctx.signal);
      if (!aborted) ctx.log.error({ err }, 'the entrypoint failed');
      dispatch({
        type: 'entrypoint.threw',
        error: failureOf('ERR_ENTRYPOINT', err),
        aborted,
      });
    },
  );
}
