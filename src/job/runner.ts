import type { ToChild } from '../protocol/child-messages.js';
import { Secret } from '../secret.js';
import { openChannel } from './channel.js';
import { createEffects } from './effects.js';
import { failureOf, isAbort } from './failure.js';
import type { Held } from './job-effects.js';
import { transition } from './lifecycle.js';
import type { Event, Phase } from './lifecycle.types.js';
import { createLog, type LogContext } from './log.js';
import { failureWithPlace } from './module-error.js';
import { age } from './prepare.js';
import { watchThisProcess } from './watched.js';

const usageError = 64;
const quietMs = 1_000;

/**
 * Runs this process as a job process: the lifecycle decides, and this connects it with the parent
 * and with what happens here.
 */
export function run({ ignoredSignals }: { readonly ignoredSignals: readonly string[] }): void {
  const online = age();
  let phase: Phase = { name: 'waiting' };
  let level = 'info';
  let mayReject = false;

  const channel = openChannel({
    onMessage: (message) => {
      if (message.type === 'ping') return parent.send({ type: 'pong', ref: message.ref });
      if (message.type === 'expose') return hold(held, message);
      if (message.type === 'initialize') {
        level = message.logLevel;
        mayReject = message.unhandledRejection === 'log';
        if (message.watched) watchThisProcess();
      }
      dispatch(message);
    },
    onInvalid: atMostEach(quietMs, (problem, count) =>
      log.warn({ problem, count }, 'ignored an invalid message of the worker'),
    ),
    onClosed: () => dispatch({ type: 'channel.closed' }),
  });
  const parent = channel ?? refuse();
  const logContext: LogContext = { fields: {} };
  const log = createLog({
    level: () => level,
    fields: { pid: process.pid },
    context: logContext,
    write: parent.send,
  });
  const dispatch = (event: Event): void => {
    const [next, effects] = transition(phase, event);
    if (next === phase && effects.length === 0) {
      log.trace({ event: event.type, phase: phase.name }, 'nothing to do');
    }
    // First the phase: an effect may call the job, which may end itself at once.
    phase = next;
    for (const effect of effects) perform(effect);
  };
  const held: Held = {};
  const perform = createEffects({ channel: parent, log, logContext, online, held, dispatch });

  listenForCrashes((code, err) => {
    const { job } = held;
    // A promise of the job that nobody waits for may end with its abort, which breaks nothing.
    if (job && isAbort(err, job.ctx.signal)) return dispatch({ type: 'soiled' });
    const isHarmless = mayReject && code === 'ERR_UNHANDLED_REJECTION';
    // The worker says why a process without a job ends; this is for who wants all of the stack.
    const level = job || isHarmless ? 'error' : 'debug';
    (job?.ctx.log ?? log)[level]({ err }, crashes[code]);
    if (isHarmless) return dispatch({ type: 'soiled' });
    dispatch({ type: 'crashed', error: (job ? failureOf : failureWithPlace)(code, err) });
  });
  parent.send({ type: 'online' });
  log.trace({ ignoredSignals }, 'online');
}

/** From here on the key pair is nowhere to be seen. */
function hold(held: Held, { url, apiKey, apiSecret }: Extract<ToChild, { type: 'expose' }>): void {
  held.server = { url, keyPair: new Secret({ apiKey, apiSecret }) };
}

const crashes = {
  ERR_UNCAUGHT: 'uncaught exception',
  ERR_UNHANDLED_REJECTION: 'unhandled rejection',
} as const;

function listenForCrashes(onCrash: (code: keyof typeof crashes, err: unknown) => void): void {
  process.on('uncaughtException', (err) => onCrash('ERR_UNCAUGHT', err));
  process.on('unhandledRejection', (err) => onCrash('ERR_UNHANDLED_REJECTION', err));
}

function refuse(): never {
  process.stderr.write('This program is started by a livekit-actors worker, not by hand.\n');
  process.exit(usageError);
}

const atMostEach = <Args extends unknown[]>(ms: number, work: (...args: Args) => void) => {
  let quietUntil = 0;
  return (...args: Args): void => {
    if (performance.now() < quietUntil) return;
    quietUntil = performance.now() + ms;
    work(...args);
  };
};
