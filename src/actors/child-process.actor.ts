import { type ChildProcess, fork } from 'node:child_process';
import { type CallbackLogicFunction, fromCallback } from 'xstate';
import type { ChildInput, Command, Fact } from '../machines/job-process.types.js';
import { childEnvironment } from './child-environment.js';
import { type ChildLog, childListener, toMessage } from './child-channel.js';
import { failureOf } from './failure.js';
import { envelope, type ToChild } from '../protocol/child-messages.js';

/** What the composition root knows and the machines need not. */
export interface ChildProcessOptions {
  /** Path of the program that runs in the child. */
  readonly runner: string;
  /** Where log messages of the children go. */
  readonly log: (record: ChildLog) => void;
}

/**
 * Makes the real child process, to be provided to a machine's `childProcess` port. Each actor owns
 * exactly one forked process and its process group: commands become messages and signals, messages
 * and process events become facts. It keeps no clock; when to give up on a child is the machine's
 * business.
 *
 * Contract: `child.closed` is reported once, also when the spawn failed, and nothing after it.
 */
export const childProcess = ({ runner, log }: ChildProcessOptions) => {
  const childProcessLogic: CallbackLogicFunction<Command, Fact, ChildInput> = ({
    input,
    receive,
    sendBack,
  }) => {
    let closed = false;
    const close = (fact: Fact): void => {
      if (closed) return;
      closed = true;
      sendBack(fact);
    };
    const child = start(runner, input, (fact) => {
      sendBack(fact);
      …
    });
  };
  return fromCallback(childProcessLogic);
};
