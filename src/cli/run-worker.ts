import { type CallbackLogicFunction, createActor, fromCallback, toPromise } from 'xstate';
import { osSignals } from '../actors/os-signals.actor.js';
import type { Emitted, Input, Settings, Output as WorkerEnd } from '../machines/worker.types.js';
import { type ChildRecord, type LogLine, toChildLine, toLogLine } from '../observe/log-lines.js';
import type { LogSink } from '../observe/logger.js';
import { createWorker as createRealWorker } from '../worker.js';
import { exitCodeOf } from './exit-codes.js';
import { sessionMachine } from './session.machine.js';
import type { Command, Event, Output } from './session.types.js';

/** As much of a worker as a command needs. */
export interface RunningWorker {
  start(): unknown;
  drain(): unknown;
  halt(): unknown;
  readonly actor: { on(type: '*', listener: (event: Emitted) => void): unknown };
  readonly done: Promise<WorkerEnd>;
}

/** Makes a worker; `log` gets the lines of its jobs' processes. */
export type CreateWorker = (
  input: Input,
  env: { readonly log: (record: ChildRecord) => void },
) => RunningWorker;

interface Run {
  readonly settings: Settings;
  readonly sink: LogSink;
  /** Replaced in tests. */
  readonly createWorker?: CreateWorker;
}

/** Runs a worker until it ends, by itself or by a signal, and returns the exit code. */
export async function runWorker({
  settings,
  sink,
  createWorker = createRealWorker,
}: Run): Promise<number> {
  const worker = createWorker(
    { settings },
    { log: (record) => sink.write(toChildLine(record), record.time) },
  );
  worker.actor.on('*', (event) => sink.write(toLogLine(event, settings)));

  const session = createActor(
    sessionMachine.provide({ actors: { osSignals, worker: runOf(worker) } }),
  );
  session.on('session.draining', ({ signal }) =>
    sink.write(signalLine(`${signal}: draining; a second one ends everything at once`, signal)),
  );
  session.on('session.halting', ({ signal }) =>
    sink.write(signalLine(`${signal}: ending everything at once`, signal)),
  );
  const ended = toPromise(session);
  session.start();

  const output = await ended;
  for (const line of lastWords(output)) sink.write(line);
  sink.flush();
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

const signalLine = (msg: string, signal: string): LogLine => ({
  level: 'info',
  event: 'cli.signal',
  msg,
  fields: { signal },
});

/** What the worker itself could not say any more. */
function lastWords({ end }: Output): LogLine[] {
  if (end === undefined) {
    return [
      { level: 'fatal', event: 'worker.lost', msg: 'the worker did not end in time', fields: {} },
    ];
  }
  const { outcome, failure, jobsCut } = end;
  if (outcome === 'failed') {
    const msg = failure?.message ?? 'the worker failed';
    return [{ level: 'fatal', event: 'worker.failed', msg, fields: { error_code: failure?.code } }];
  }
  return jobsCut > 0
    ? [
        {
          level: 'warn',
          event: 'worker.cut',
          msg: 'jobs were ended before they were over',
          fields: { jobs: jobsCut },
        },
      ]
    : [];
}
