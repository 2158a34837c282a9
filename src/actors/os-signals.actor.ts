import { type CallbackLogicFunction, type EventObject, fromCallback } from 'xstate';

/** Facts from the operating system. */
export type SignalFact = {
  readonly type: 'signal.received';
  readonly signal: 'SIGINT' | 'SIGTERM';
};

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Owns the listeners for SIGINT and SIGTERM: while it runs these signals do not end the process and
 * become facts, one for each time. It takes no commands and counts nothing.
 */
const osSignalsLogic: CallbackLogicFunction<EventObject, SignalFact, unknown> = ({ sendBack }) => {
  const report = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGINT' || signal === 'SIGTERM') sendBack({ type: 'signal.received', signal });
  };
  for (const signal of signals) process.on(signal, report);

  return () => {
    for (const signal of signals) process.off(signal, report);
  };
};

/** The operating system's signals, for a machine or a command that ends by them. */
export const osSignals = fromCallback(osSignalsLogic);
