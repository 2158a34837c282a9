import type { Failure } from '../../errors.js';
import type { AgentDefinition } from '../../job/agent-definition.js';
import { type Held, jobEffects } from '../../job/job-effects.js';
import { transition } from '../../job/lifecycle.js';
import type { Effect, Event, Perform, Phase } from '../../job/lifecycle.types.js';
import type { RunningJob } from '../../job/running-job.js';
import type { ToParent } from '../../protocol/child-messages.js';
import { createTimers, type Timers } from '../dispatch/timers.js';
import type { Stage } from './stage.js';
import {
  neverStarted,
  type TestJobEnd,
  tooSlow,
  tooSlowStart,
  type Verdict,
  verdictIn,
} from './verdict.js';

/** What a job is played with, and whom it tells. */
export interface PerformanceInput {
  readonly stage: Stage;
  /** Makes the agent ready for its job. */
  readonly prepare: () => Promise<
    { readonly agent: AgentDefinition } | { readonly error: Failure }
  >;
  /** For `prepare`. */
  readonly initializeMs: number;
  readonly graceMs: number;
  /** From the beginning of the end to the end. */
  readonly shutdownMs: number;
  readonly onStarted: (job: RunningJob) => void;
  readonly onEnded: (end: TestJobEnd) => void;
}

/** A job that is played. */
export interface Performance {
  shutdown(reason: string): void;
}

/** What is true of it now. */
interface Play {
  phase: Phase;
  reason: string;
  verdict: Verdict | undefined;
  readonly held: Held;
  readonly timers: Timers;
}

/**
 * Plays one job in this process: the lifecycle is that of a job's process and decides alone. What
 * its worker does is done here: it starts the job, takes the outcome at once, and gives up on an
 * end that takes too long.
 */
export function perform(input: PerformanceInput): Performance {
  const { stage, graceMs, onEnded } = input;
  const play: Play = {
    phase: { name: 'waiting' },
    reason: '',
    verdict: undefined,
    held: {},
    timers: createTimers(stage.clock),
  };
  const dispatch = (event: Event): void => {
    const [next, effects] = transition(play.phase, event);
    play.phase = next;
    if ('reason' in next) play.reason = next.reason;
    for (const effect of effects) (effectsByType[effect.type] as (effect: Effect) => void)(effect);
  };
  const end = (verdict: Verdict) => {
    play.timers.cancelAll();
    stage.directory.remove();
    // Whatever comes now comes too late.
    play.phase = { name: 'exiting' };
    onEnded({ ...verdict, reason: play.reason });
  };
  const effectsByType = effectsOf(input, play, dispatch, end);
  dispatch({
    ...{ type: 'initialize', agent: { url: '', form: 'module' }, logLevel: 'trace', directory: '' },
    ...{ graceMs, callbackMs: stage.callbackMs, unhandledRejection: 'fail' },
  });
  return {
    shutdown: (reason) => {
      play.reason ||= reason;
      dispatch({ type: 'shutdown', reason, graceMs });
    },
  };
}

const leaveTimeoutMs = 2_000;

function effectsOf(
  { stage, prepare, initializeMs, shutdownMs, onStarted }: PerformanceInput,
  play: Play,
  dispatch: (event: Event) => void,
  end: (verdict: Verdict) => void,
): Perform<Effect['type']> {
  const { clock, log, logContext, order, createRoom, proc, directory, callbackMs } = stage;
  const { held, timers } = play;
  const hear = (message: ToParent): void => {
    play.verdict ??= verdictIn(message);
    if (message.type === 'started' && held.job) onStarted(held.job);
    // A worker says so once the outcome is at the server; here there is none.
    if (message.type === 'finished') queueMicrotask(() => dispatch({ type: 'leave' }));
  };
  const giveUp = () => {
    void held.job?.leave();
    end({ outcome: play.verdict?.outcome ?? 'failed', error: tooSlow(shutdownMs) });
  };
  return {
    ...jobEffects({ channel: { send: hear }, log, logContext, held, dispatch, clock, createRoom }),
    prepare: async () => {
      const cancel = timers.after(initializeMs, () =>
        dispatch({ type: 'preparation.failed', error: tooSlowStart(initializeMs) }),
      );
      const result = await prepare();
      cancel();
      if ('error' in result) {
        return dispatch({ type: 'preparation.failed', error: result.error });
      }
      const rtc = { problem: undefined };
      held.prepared = { agent: result.agent, proc, rtc, directory, callbackMs };
      dispatch({ type: 'prepared', timings: {} });
      dispatch(order);
    },
    abort: ({ reason }) => {
      timers.after(shutdownMs, giveUp);
      held.job?.abort(reason);
    },
    tell: ({ message }) => hear(message),
    warn: ({ message }) => log.warn(message),
    armGrace: ({ ms }) => timers.after(ms, () => dispatch({ type: 'grace.passed' })),
    armLeaveTimeout: () =>
      timers.after(leaveTimeoutMs, () => dispatch({ type: 'leaveTimeout.passed' })),
    disarm: () => timers.cancelAll(),
    exit: () => end(play.verdict ?? neverStarted),
  };
}
