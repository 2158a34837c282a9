import { type CallbackLogicFunction, createActor, fromCallback, toPromise } from 'xstate';
import { osSignals } from '../actors/os-signals.actor.js';
import { processFaults } from '../actors/process-faults.actor.js';
import type { Emitted, Input, Settings, Output as WorkerEnd } from '../machines/worker.types.js';
import {
  type ChildRecord,
  type Level,
  type LogLine,
  toChildLine,
  toLogLine,
} from '../observe/log-lines.js';
import type { LogSink } from '../observe/logger.js';
import { exitCodeOf } from './exit-codes.js';
import type { AppEnvironment } from './run-app.js';
import { sessionMachine } from './session.machine.js';
import type { Command, Event, Fault, Output } from './session.types.js';

/** As much of a worker as a command needs. */
export interface RunningWorker {
  start(): unknown;
  drain(): unknown;
  stop(): unknown;
  halt(): unknown;
  readonly actor: { on(type: '*', listener: (event: Emitted) => void): unknown };
  readonly done: Promise<WorkerEnd>;
}

/** Makes a worker; `log` gets the lines of its jobs' processes. */
export type CreateWorker = (
  input: Input,
  env: AppEnvironment & { readonly log: (record: ChildRecord) => void },
) => RunningWorker;

/** What a command runs, and where its log goes. */
export interface Run {
  readonly settings: Settings;
  readonly sink: LogSink;
  readonly environment?: AppEnvironment;
  readonly createWorker: CreateWorker;
}

/**
 * Runs a worker until it ends, by itself, by a signal or by an exception that nobody caught, and
 * returns the exit code.
 */
export async function runWorker({
  settings,
  sink,
  environment = {},
  createWorker,
}: Run): Promise<number> {
  const worker = createWorker(
    { settings },
    { ...environment, log: (record) => sink.write(toChildLine(record), record.time) },
  );
  worker.actor.on('*', (event) => sink.write(toLogLine(event, settings)));

  const session = createActor(
    sessionMachine.provide({ actors: { osSignals, processFaults, worker: runOf(worker) } }),
  );
  session.on('session.draining', ({ signal }) =>
    sink.write(signalLine(`${signal}: draining; a second one ends everything at once`, signal)),
  );
  session.on('session.halting', ({ signal }) =>
    sink.write(signalLine(`${signal}: ending everything at once`, signal)),
  );
  session.on('session.breaking', ({ fault }) =>
    sink.write(exceptionLine('an exception that nobody caught ends the worker', fault)),
  );
  session.on('session.leaving', ({ fault }) =>
    sink.write(exceptionLine('one more exception: the worker is left at once', fault)),
  );
  session.on('session.rejection', ({ fault }) =>
    sink.write(
      lineOf('error', 'worker.rejection', 'a rejection that nobody handled; jobs go on', {
        ...fault,
      }),
    ),
  );
  const ended = toPromise(session);
  session.start();

  const output = await ended;
  for (const line of lastWords(output, settings.drainTimeout)) sink.write(line);
  await sink.close();
  return exitCodeOf(output, settings.drainTimeout);
}

const runOf = (worker: RunningWorker) => {
  const logic: CallbackLogicFunction<Command, Event> = ({ receive, sendBack }) => {
    receive(({ type }) => {
      worker[type]();
    });
    worker.done.then(
      (end) => sendBack({ type: 'worker.ended', end }),
      (error: unknown) => sendBack({ type: 'worker.crashed', error }),
    );
    worker.start();
  };
  return fromCallback<Command, undefined>(logic);
};

const signalLine = (msg: string, signal: string): LogLine =>
  lineOf('info', 'cli.signal', msg, { signal });

// What users' functions throw may name people, so it is a field and not the text.
const exceptionLine = (msg: string, fault: Fault): LogLine =>
  lineOf('fatal', 'worker.exception', msg, { ...fault });

/** What the worker itself could not say any more. */
function lastWords({ end }: Output, drainTimeout: number): LogLine[] {
  if (end === undefined) return [lineOf('fatal', 'worker.lost', 'the worker was left behind')];
  const { outcome, failure, jobsCut: jobs } = end;
  if (outcome === 'failed') {
    const msg = failure?.message ?? 'the worker failed';
    return [lineOf('fatal', 'worker.failed', msg, { error_code: failure?.code })];
  }
  // A limit of 0 asked for it.
  return jobs > 0 && drainTimeout > 0
    ? [lineOf('error', 'worker.cut', 'jobs were ended before they were over', { jobs })]
    : [];
}

const lineOf = (level: Level, event: string, msg: string, fields = {}): LogLine => ({
  level,
  event,
  msg,
  fields,
});
