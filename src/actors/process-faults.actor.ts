import { type CallbackLogicFunction, type EventObject, fromCallback } from 'xstate';

/** What was thrown: its text in one line, and where that happened, if it says so. */
export interface Fault {
  readonly error: string;
  readonly at: string | undefined;
}

/** Facts about this process. */
export type FaultFact =
  | { readonly type: 'exception.uncaught'; readonly fault: Fault }
  | { readonly type: 'rejection.unhandled'; readonly fault: Fault };

/**
 * Owns the listeners for what nobody catches: while it runs neither an exception nor a rejection
 * ends the process, and each becomes a fact. It takes no commands.
 */
const processFaultsLogic: CallbackLogicFunction<EventObject, FaultFact, unknown> = ({
  sendBack,
}) => {
  const onException = (thrown: unknown): void =>
    sendBack({ type: 'exception.uncaught', fault: faultOf(thrown) });
  const onRejection = (thrown: unknown): void =>
    sendBack({ type: 'rejection.unhandled', fault: faultOf(thrown) });
  process.on('uncaughtException', onException);
  process.on('unhandledRejection', onRejection);

  return () => {
    process.off('uncaughtException', onException);
    process.off('unhandledRejection', onRejection);
  };
};

/** What nobody caught in this process, for a machine or a command that decides what comes of it. */
export const processFaults = fromCallback(processFaultsLogic);

const longestText = 1_000;
const frame = /^\s*at (.+)$/m;

/** It never throws, whatever the thrown value does when it is read. */
function faultOf(thrown: unknown): Fault {
  try {
    const { stack } = Object(thrown) as { stack?: unknown };
    return {
      error: String(thrown).split('\n', 1)[0]?.slice(0, longestText) || 'something without words',
      at: typeof stack === 'string' ? frame.exec(stack)?.[1] : undefined,
    };
  } catch {
    return { error: 'something unreadable', at: undefined };
  }
}
