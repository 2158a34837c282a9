import type { ChildProcess } from 'node:child_process';
import type { ChildInput, Command, Fact } from '../machines/job-process.types.js';
import {
  envelope,
  readFromChild,
  type ToChild,
  type ToParent,
} from '../protocol/child-messages.js';
import { guardIntake } from './child-intake.js';
import { type Pace, paceOf } from './child-pace.js';

/** A line of a child's log. */
export interface ChildLog extends Omit<Extract<ToParent, { type: 'log' }>, 'type'> {
  readonly pid: number | undefined;
}

/** Commands that travel as messages; the others are signals. */
export type Told = Exclude<Command, { type: 'guard' | 'describe' | 'terminate' | 'kill' }>;

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
      ...(input.dumpDir !== undefined && { watched: true }),
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

/** The most that may wait for a child to read it, beyond its start message: 1 MiB. */
const mostUnread = 1_048_576;

/**
 * Sends messages in order. It does not throw: xstate ends an actor that does without its cleanup. Of
 * a child that does not read it says so once, and sends it nothing more.
 */
export function poster(child: ChildProcess, say: (fact: Fact) => void): (message: ToChild) => void {
  let seq = 0;
  let unread = 0;
  return (message) => {
    if (!child.connected || unread > mostUnread) return;
    const size = message.type === 'start' ? 0 : sizeOf(message);
    unread += size;
    if (unread > mostUnread) return say(deaf);
    try {
      // With a callback a broken channel is no event; the child's end is one.
      child.send(envelope(message, seq++), () => {
        unread -= size;
      });
    } catch {
      // A message that cannot be written; the machine's limits end the child.
    }
  };
}

const sizeOf = (message: ToChild): number => Buffer.byteLength(JSON.stringify(message));

const deaf: Fact = {
  type: 'child.misbehaved',
  error: {
    code: 'ERR_UNRESPONSIVE',
    message: 'The process does not read what it is told: more than 1 MiB waits for it.',
  },
};

interface Listener {
  readonly say: (fact: Fact) => void;
  readonly log: (line: Omit<ChildLog, 'pid'>) => void;
  readonly pace?: Pace;
}

/**
 * Reads what a child sends: facts go to the machine, lines to the log. All else is misbehaviour,
 * which is told once; nothing that comes after it is read.
 */
export function listen(child: ChildProcess, { say, log, pace = paceOf() }: Listener): void {
  let last = Number.NEGATIVE_INFINITY;
  let isHeard = true;
  const complain = (message: string): void => {
    if (isHeard) say({ type: 'child.misbehaved', error: { code: 'ERR_CHILD_MESSAGE', message } });
    isHeard = false;
  };
  const tellLeftOut = (): void => {
    const count = pace.leftOut();
    if (count > 0) log(leftOut(count));
  };
  guardIntake(child, (problem) => complain(`The child sent no valid message: ${problem}.`));
  child.once('close', tellLeftOut);

  child.on('message', (raw) => {
    if (!isHeard) return;
    const read = readFromChild(raw);
    if ('problem' in read) return complain(`The child sent no valid message: ${read.problem}.`);
    const { message, seq } = read;
    if (seq <= last) return complain(`The child sent message ${seq} after message ${last}.`);
    last = seq;
    if (message.type !== 'log')
      return pace.message() ? say(toFact(message)) : complain(tooMany('messages'));
    const { type: _, ...line } = message;
    const verdict = pace.line(line.time);
    if (verdict === 'flood') return complain(tooMany('lines of its log'));
    if (verdict === 'leave out') return;
    tellLeftOut();
    log(line);
  });
}

const tooMany = (what: string): string => `The child sent too many ${what} within a second.`;

/** What is said of lines that were too many. */
export const leftOut = (count: number): Omit<ChildLog, 'pid'> => ({
  level: 'warn',
  message: `${count} lines were left out: a process may write 1000 within a second`,
  fields: { count },
  time: Date.now(),
});

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
    case 'freed':
      return { type: 'child.freed' };
    case 'pong':
      return { type: 'child.ponged', ref: message.ref };
  }
}
