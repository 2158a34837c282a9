import type {
  Output as PoolEnded,
  Event as PoolEvent,
  Input as PoolInput,
} from './process-pool.types.js';
import { messageOf, type Slot, steps, stopTree } from './support.js';
import { accepted, idleTarget, runningJobs, withEnded } from './worker.facts.js';
import type { Context, Emitted, Event } from './worker.types.js';
import { failedWith, tellEnd } from './worker.verdict.js';

/** What a worker does with its pool of processes. */

/** A machine that serves as a `processPool`. */
export type PoolLogic = Slot<PoolEvent, PoolInput, PoolEnded>;

interface PoolActor {
  readonly src: 'processPool';
  readonly logic: PoolLogic;
  readonly id: 'pool';
}

/** Actions about the pool. */
export const pool = {
  openPool: steps<Context, Event, Emitted, undefined, PoolActor>(
    ({ context: { settings }, enqueue }) => {
      enqueue.spawnChild('processPool', {
        id: 'pool',
        input: {
          idle: settings.numIdleProcesses,
          concurrency: settings.initializeConcurrency,
          child: {
            agent: settings.agent,
            execArgv: settings.execArgv,
            env: settings.env,
            envExclude: settings.envExclude,
            envSet: settings.envSet,
            dumpDir: settings.dumpStackTraces ? settings.dumpDir : undefined,
            graceMs: settings.entrypointGraceTimeout,
            logLevel: settings.logLevel,
            callbackMs: settings.shutdownCallbackTimeout,
            unhandledRejection: settings.unhandledRejection,
            userArguments: settings.userArguments,
            server: settings.exposeCredentials
              ? { url: settings.url, keyPair: settings.credentials }
              : undefined,
            isDev: settings.mode === 'dev',
          },
          timeouts: {
            initializeMs: settings.initializeProcessTimeout,
            startMs: settings.startTimeout,
            shutdownMs: settings.shutdownProcessTimeout,
            terminateMs: settings.terminateTimeout,
          },
          limits: {
            jobs: settings.maxJobsPerProcess,
            memoryWarnMb: settings.jobMemoryWarnMB,
            memoryLimitMb: settings.jobMemoryLimitMB,
          },
        },
      });
    },
  ),
  setTarget: steps<Context, Event, Emitted>(({ context, enqueue }) => {
    const idle = idleTarget(context);
    if (idle === context.idleTarget) return;
    enqueue.assign({ idleTarget: idle });
    enqueue.sendTo('pool', { type: 'target.set', idle });
  }),
  drainPool: steps<Context, Event, Emitted>(({ context, enqueue }) => {
    enqueue.sendTo('pool', { type: 'drain', keep: accepted(context) });
  }),
  shutDownPool: steps<Context, Event, Emitted>(({ enqueue }) => {
    enqueue.sendTo('pool', { type: 'shutdown', reason: 'the worker is stopping' });
  }),
  killPool: steps<Context, Event, Emitted>(({ enqueue }) => {
    enqueue.sendTo('pool', { type: 'kill' });
  }),
  /** A pool that broke takes its processes along, and with them the jobs. */
  buryPool: steps<Context, Event, Emitted, { error: unknown }>(
    ({ context, enqueue, self }, { error }) => {
      const dead = self.getSnapshot().children.pool;
      if (dead) enqueue(() => stopTree(dead));
      const jobIds = runningJobs(context);
      enqueue.assign({ jobs: [], ...withEnded(context, ...jobIds) });
      const failure = { code: 'ERR_INTERNAL', message: messageOf(error) };
      for (const job of context.jobs)
        if (job.phase === 'running') tellEnd(enqueue, context, job, failedWith(failure));
    },
  ),
};
