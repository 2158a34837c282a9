import type { ChildProcess } from 'node:child_process';
import type { ChildInput, Command, Fact } from '../machines/job-process.types.js';
import {
  envelope,
  readFromChild,
  type ToChild,
  type ToParent,
} from '../protocol/child-messages.js';

/** A line of a child's log. */
export interface ChildLog extends Omit<Extract<ToParent, { type: 'log' }>, 'type'> {
  readonly pid: number | undefined;
}

/** Commands that travel as messages; the others are signals. */
export type Told = Exclude<Command, { type: 'guard' | 'terminate' | 'kill' }>;

/** What a child is told first. The one place where the key pair is opened for a job. */
export function firstMessages(input: ChildInput, directory: string): readonly ToChild[] {
  const { agent, graceMs, callbackMs, logLevel, unhandledRejection, server } = input;
  const userArguments = input.userArguments.reveal();
  return [
    ...(server ? [{ type: 'expose', url: server.url, ...server.keyPair.reveal() } as const] : []),
    {
      type: 'initialize',
      ...{ agent, logLevel, directory, unhandledRejection, userArguments },
      graceMs: countable(graceMs),
      callbackMs: countable(callbackMs),
    },
  ];
}

/** JSON has no `Infinity`. More than a timer can count is the same to a child. */
const countable = (ms: number): number => Math.min(ms, Number.MAX_SAFE_INTEGER);

/** What a command is on the wire. The one place where a job's token and record are opened. */
export function toMessage(command: Told): ToChild {
  if (command.type === 'shutdown') return { ...command, graceMs: countable(command.graceMs) };
  if (command.type !== 'start') return command;
  const { token, record, ...launch } = command.launch;
  return { type: 'start', ...launch, token: token.reveal(), record: record.reveal() };
}

/** Sends messages in order. It does not throw: xstate ends an actor that does without its cleanup. */
export function poster(child: ChildProcess): (message: ToChild) => void {
  let seq = 0;
  return (message) => {
    if (!child.connected) return;
    try {
      // With a callback a broken channel is no event; the child's end is one.
      child.send(envelope(message, seq++), () => {});
    } catch {
      // A message that cannot be written; the machine's limits end the child.
    }
  };
}

interface Listener {
  readonly say: (fact: Fact) => void;
  readonly log: (line: Omit<ChildLog, 'pid'>) => void;
}

/** Reads what a child sends: facts go to the machine, lines to the log, all else is misbehaviour. */
export function childListener({ say, log }: Listener): (raw: unknown) => void {
  let last = Number.NEGATIVE_INFINITY;
  const complain = (message: string): void =>
    say({ type: 'child.misbehaved', error: { code: 'ERR_CHILD_MESSAGE', message } });

  return (raw) => {
    const read = readFromChild(raw);
    if ('problem' in read) return complain(`The child sent no valid message: ${read.problem}.`);
    const { message, seq } = read;
    if (seq <= last) return complain(`The child sent message ${seq} after message ${last}.`);
    last = seq;
    if (message.type === 'log') {
      const { type: _, ...line } = message;
      log(line);
    } else say(toFact(message));
  };
}

function toFact(message: Exclude<ToParent, { type: 'log' }>): Fact {
  switch (message.type) {
    case 'online':
      return { type: 'child.online' };
    case 'ready':
      return { type: 'child.ready', timings: message.timings };
    case 'failed':
      return { type: 'child.failed', error: message.error };
    case 'started':
      return { type: 'child.started', jobId: message.jobId };
    case 'closing':
      return { type: 'child.closing', reason: message.reason };
    case 'finished':
      return { type: 'child.finished', end: message.end };
    case 'pong':
      return { type: 'child.ponged', ref: message.ref };
  }
}
