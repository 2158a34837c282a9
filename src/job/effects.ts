import type { Channel } from './channel.js';
import { after, realClock } from './clock.js';
import { type JobEffectsInput, jobEffects } from './job-effects.js';
import type { Effect, Event, Perform } from './lifecycle.types.js';
import { prepare } from './prepare.js';
import { flushPrinted } from './printed.js';
import { rehearse } from './rehearsal.js';

const leaveTimeoutMs = 2_000;

/** What the effects act on. */
export interface EffectsInput extends JobEffectsInput {
  readonly channel: Channel;
  /** Milliseconds after its start at which this process was online. */
  readonly online: number;
}

/** Does what the lifecycle says, and decides nothing. */
export function createEffects(input: EffectsInput): (effect: Effect) => void {
  const perform: Perform<Effect['type']> = { ...processEffects(input), ...jobEffects(input) };
  return (effect) => (perform[effect.type] as (effect: Effect) => void)(effect);
}

const processEffects = ({
  channel,
  log,
  online,
  held,
  dispatch,
}: EffectsInput): Perform<
  'prepare' | 'tell' | 'warn' | 'armGrace' | 'armLeaveTimeout' | 'disarm' | 'exit'
> => {
  const cancels: (() => void)[] = [];
  const arm = (ms: number, event: Event) => {
    cancels.push(after(realClock, ms, () => dispatch(event)));
  };
  return {
    prepare: async ({ order }) => {
      const result = await prepare(order, online);
      if ('error' in result) {
        // The worker says it, with the place; this is for who wants all of the stack.
        log.debug({ err: result.thrown }, 'the agent did not start');
        return dispatch({ type: 'preparation.failed', error: result.error });
      }
      held.prepared = result.prepared;
      dispatch({ type: 'prepared', timings: result.timings });
      void rehearse();
    },
    tell: ({ message }) => channel.send(message),
    // What there is to warn of is about the job, once there is one.
    warn: ({ message }) => (held.job?.ctx.log ?? log).warn(message),
    armGrace: ({ ms }) => arm(ms, { type: 'grace.passed' }),
    armLeaveTimeout: () => arm(leaveTimeoutMs, { type: 'leaveTimeout.passed' }),
    disarm: () => {
      for (const cancel of cancels.splice(0)) cancel();
    },
    exit: async ({ code }) => {
      await channel.flush();
      await flushPrinted();
      process.exit(code);
    },
  };
};
