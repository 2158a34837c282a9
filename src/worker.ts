import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Actor, type ActorOptions, createActor } from 'xstate';
import { agentSocket } from './actors/agent-socket.actor.js';
import { childGuard } from './actors/child-guard.js';
import { type ChildProcessOptions, childProcess } from './actors/child-process.actor.js';
import { httpServer } from './actors/http-server.actor.js';
import { loadSampler } from './actors/load-sampler.actor.js';
import { memorySampler } from './actors/memory-sampler.actor.js';
import { participantRemoval } from './actors/participant-removal.actor.js';
import { requestHandler } from './actors/request-handler.actor.js';
import { WorkerError } from './errors.js';
import { connectionMachine as pureConnection } from './machines/connection.machine.js';
import { jobProcessMachine as pureJobProcess } from './machines/job-process.machine.js';
import { jobRequestMachine as pureJobRequest } from './machines/job-request.machine.js';
import { processPoolMachine as pureProcessPool } from './machines/process-pool.machine.js';
import { stopTree } from './machines/support.js';
import { workerMachine as pureWorker } from './machines/worker.machine.js';
import type { Input, Output } from './machines/worker.types.js';
import { type ChildRecord, toChildLine } from './observe/log-lines.js';
import type { LogSink } from './observe/logger.js';
import { becomesReady } from './worker/ready.js';

type Log = ChildProcessOptions['log'];
type WorkerMachine = typeof pureWorker;

/** Where the programs are that run in processes of their own, wherever this package lies. */
const programs = join(
  dirname(createRequire(import.meta.url).resolve('livekit-actors/package.json')),
  'dist',
);
/** The program that runs in each child process. */
const runner = join(programs, 'job/main.cjs');
/** Ends with this process what could not end itself. */
const guard = childGuard(join(programs, 'guard/main.cjs'));

/**
 * The connection to one server with its real WebSocket: registers, reconnects, keeps job statuses
 * until they are delivered.
 */
export const connectionMachine = pureConnection.provide({ actors: { agentSocket } });

/** One offer, decided by guards and by the real `requestFnc`, answered exactly once. */
export const jobRequestMachine = pureJobRequest.provide({ actors: { requestHandler } });

/** What jobs log, as lines of JSON on the standard output; loaded when the first line comes. */
function standardOutput(): Log {
  let sink: Promise<LogSink> | undefined;
  return (record) => {
    sink ??= import('./observe/logger.js').then(({ filtered, jsonSink }) =>
      jsonSink().then((json) => filtered('trace', json)),
    );
    void sink.then((out) => out.write(toChildLine(record), record.time));
  };
}

const ownProcess = childProcess({ runner, log: standardOutput(), guard });

/** One child process with the real process in it, and its memory watched. */
export const jobProcessMachine = pureJobProcess.provide({
  actors: { childProcess: ownProcess, memorySampler: memorySampler() },
});

/** The pool of warm processes, with real processes in it. */
export const processPoolMachine = pureProcessPool.provide({
  actors: { jobProcess: jobProcessMachine },
});

/**
 * The whole worker, wired to its real socket, processes, load and health server. Its input is a
 * `WorkerOptions` whose `agent` is a module of its own; it starts by itself on the next tick.
 *
 * @example
 * const actor = createActor(workerMachine, {
 *   input: new WorkerOptions({ agent: new URL('./agent.js', import.meta.url) }),
 * });
 * actor.on('registered', ({ workerId }) => console.log(workerId));
 * actor.start();
 * // later: finish what runs, then end
 * actor.send({ type: 'drain' });
 */
export const workerMachine: WorkerMachine = pureWorker.provide({
  actors: {
    connection: connectionMachine,
    jobRequest: jobRequestMachine,
    processPool: processPoolMachine,
    loadSampler: loadSampler(),
    httpServer: httpServer(),
    participantRemoval,
  },
});

/** What `createWorker` takes beside the options. */
export interface WorkerEnvironment {
  /** A worker machine with policies or actors of your own; see `withPolicies`. */
  readonly machine?: WorkerMachine;
  /** Gets the log lines of the jobs; by default they go to the standard output as JSON. */
  readonly log?: (record: ChildRecord) => void;
  /** An xstate inspection observer: it sees every actor below the worker. */
  readonly inspect?: ActorOptions<WorkerMachine>['inspect'];
}

/** A worker to be started, drained and stopped. */
export interface Worker {
  /** The actor itself: subscribe to it, listen with `on`, send it events. */
  readonly actor: Actor<WorkerMachine>;
  /**
   * Settles when the first job can come: its pool is warm, and the server knows that it takes jobs.
   * Rejects when the worker ends before that, with the cause or with `ERR_WORKER_ENDED`.
   */
  readonly ready: Promise<void>;
  /** Settles when the worker is stopped or failed, and no process of it is left. */
  readonly done: Promise<Output>;
  /** @throws WorkerError `ERR_ALREADY_STARTED` when it was started before. */
  start(): Worker;
  /** Takes nothing new, lets the jobs finish, then stops. */
  drain(): Promise<Output>;
  /** Ends the jobs through their shutdown callbacks, then stops. */
  stop(): Promise<Output>;
  /** Ends every process at once, then stops. */
  halt(): Promise<Output>;
}

/**
 * Makes a worker. It installs no signal handler, prints nothing of its own and never ends the
 * process; the command line does. The options need `agent: URL`, since only `cli.runApp` knows the
 * file it runs in.
 *
 * @throws WorkerError `ERR_INVALID_OPTIONS` or `ERR_MISSING_CREDENTIALS`, naming all that is wrong;
 * `ERR_IN_JOB_PROCESS` in the process of a job.
 *
 * @example
 * const worker = createWorker(new WorkerOptions({ agent: new URL('./agent.js', import.meta.url) }));
 * worker.start();
 * await worker.drain();
 */
export function createWorker(
  { settings }: Input,
  { machine = workerMachine, log, inspect }: WorkerEnvironment = {},
): Worker {
  const wired = log ? withLog(machine, log) : machine;
  const actor = createActor(wired, { input: { settings }, ...(inspect && { inspect }) });
  const done = new Promise<Output>((resolve, reject) => {
    actor.subscribe({
      error: (error) => {
        // xstate leaves the children of a machine that threw running.
        stopTree(actor);
        reject(error);
      },
      complete: () => {
        const { output } = actor.getSnapshot();
        resolve(output ?? { outcome: 'halted', jobsCut: 0, failure: undefined });
      },
    });
  });
  const ready = becomesReady(actor);
  // Whoever wants to know of a failure awaits these; nobody has to.
  for (const promise of [done, ready]) promise.catch(() => {});

  const end = (type: 'drain' | 'stop' | 'halt') => (): Promise<Output> => {
    if (actor.getSnapshot().status !== 'active') return done;
    actor.start();
    actor.send({ type });
    return done;
  };
  const worker: Worker = {
    actor,
    ready,
    done,
    start() {
      if (!isNew(actor))
        throw new WorkerError(
          'ERR_ALREADY_STARTED',
          'This worker was started before. Make a new one with createWorker.',
        );
      actor.start();
      actor.send({ type: 'start' });
      return worker;
    },
    drain: end('drain'),
    stop: end('stop'),
    halt: end('halt'),
  };
  return worker;
}

/** Sends the log of real processes elsewhere; everything else in the machine stays the user's. */
function withLog(machine: WorkerMachine, log: Log): WorkerMachine {
  const pool = machine.implementations.actors.processPool as Partial<typeof pureProcessPool>;
  const jobProcess = pool.implementations?.actors.jobProcess as Partial<typeof pureJobProcess>;
  if (jobProcess?.implementations?.actors.childProcess !== ownProcess) return machine;
  const actors = { childProcess: childProcess({ runner, log, guard }) };
  return machine.provide({
    actors: {
      processPool: (pool as typeof pureProcessPool).provide({
        actors: { jobProcess: (jobProcess as typeof pureJobProcess).provide({ actors }) },
      }),
    },
  });
}

/** The chart says it: a worker that was started left `idle` at once. */
const isNew = (actor: Actor<WorkerMachine>): boolean => actor.getSnapshot().value === 'idle';
