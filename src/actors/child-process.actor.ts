import type { ChildProcess } from 'node:child_process';
import { type CallbackActorLogic, type CallbackLogicFunction, fromCallback } from 'xstate';
import type { ChildInput, Command, Fact } from '../machines/job-process.types.js';
import { type ChildLog, firstMessages, listen, poster, toMessage } from './child-channel.js';
import { freeDirectory } from './child-directory.js';
import { childEnvironment } from './child-environment.js';
import { type ChildGuard, guarded } from './child-guard.js';
import { reportLife, signalGroup, verdictOf } from './child-life.js';
import { logPrinted } from './child-printed.js';
import { childReporter } from './child-report.js';

/** What the composition root knows and the machines need not. */
export interface ChildProcessOptions {
  /** Path of the program that runs in the child. */
  readonly runner: string;
  /** Where the lines go that children log. */
  readonly log: (line: ChildLog) => void;
  /** Ends those that the machine has asked to guard with this process, however busy they are. */
  readonly guard?: ChildGuard;
}

/**
 * Makes the real child process, to be provided to a machine's `childProcess` port. Each actor owns
 * exactly one forked process and the group that it leads: commands become messages and signals,
 * messages and process events become facts. It keeps no clock; when to give up on a child is the
 * machine's business.
 *
 * Contract: `child.closed` is reported once, also for a failed spawn, and nothing after it.
 */
export const childProcess = ({
  runner,
  log,
  guard,
}: ChildProcessOptions): CallbackActorLogic<Command, ChildInput> => {
  const childProcessLogic: CallbackLogicFunction<Command, Fact, ChildInput> = ({
    input,
    receive,
    sendBack,
  }) => {
    const directory = freeDirectory();
    const verdict = verdictOf(sendBack, directory);
    const child = spawnRunner(runner, input, verdict.failSpawn);
    if (!child) return;
    const { pid } = child;
    let letGo: (() => void) | undefined;
    let jobId: string | undefined;
    const lastLines = logPrinted(child, {
      log: (line) => log({ ...line, pid }),
      jobId: () => jobId,
    });
    const reporter = childReporter(child, {
      folder: input.dumpDir,
      onWritten: (result) => {
        log({ ...linesAbout(result), time: Date.now(), pid });
        if (!verdict.isIn()) say({ type: 'child.described' });
      },
    });
    const say = (fact: Fact): void => {
      reporter.remember(fact.type);
      if (fact.type === 'child.freed') jobId = undefined;
      sendBack(fact);
    };
    listen(child, { say, log: (line) => log({ ...line, pid }) });
    reportLife(child, { say, verdict, lastLines });

    const post = poster(child, say);
    for (const message of firstMessages(input, directory)) post(message);
    receive((command) => {
      if (verdict.isIn()) return;
      reporter.remember(command.type);
      if (command.type === 'kill') {
        reporter.finish();
        signalGroup(child, 'SIGKILL');
      } else if (command.type === 'describe') reporter.describe(command.process);
      else if (command.type === 'terminate') signalGroup(child, 'SIGTERM');
      else if (command.type === 'guard') letGo ??= guarded(child, directory, guard);
      else {
        if (command.type === 'start') jobId = command.launch.jobId;
        post(toMessage(command));
      }
    });

    return () => {
      if (!verdict.isIn()) signalGroup(child, 'SIGKILL');
      letGo?.();
      // A helper in a session of its own may hold them, and must not hold this process.
      child.stdout?.destroy();
      child.stderr?.destroy();
      reporter.close();
    };
  };
  return fromCallback(childProcessLogic);
};

const linesAbout = (result: { readonly file: string } | { readonly problem: string }) =>
  ({
    level: 'warn',
    message:
      'file' in result
        ? 'wrote a report of a process that is ended'
        : 'could not write the report of a process that is ended',
    fields: result,
  }) as const;

/** Some failures of a spawn are thrown, others are an `error` event without an `exit`. */
function spawnRunner(
  runner: string,
  { execArgv, env, envExclude, envSet, isDev, dumpDir }: ChildInput,
  fail: (error: unknown) => void,
): ChildProcess | undefined {
  try {
    // Not imported: the processes of jobs load this file too, and never fork.
    return process.getBuiltinModule('node:child_process').fork(runner, [], {
      // It leads a group, so that a signal reaches its helpers, and no Ctrl-C reaches it.
      detached: true,
      env: childEnvironment(process.env, { env, envExclude, envSet: envSet?.reveal(), isDev }),
      // The package shows a job process its light entry, without the worker.
      execArgv: [...execArgv, '--conditions=livekit-actors-job'],
      serialization: 'json',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', ...(dumpDir === undefined ? [] : ['pipe' as const])],
    });
  } catch (error) {
    fail(error);
    return undefined;
  }
}
