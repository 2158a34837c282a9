import { expect } from 'vitest';
import type { Launch } from '../../../src/machines/job.types.js';
import { jobProcessMachine } from '../../../src/machines/job-process.machine.js';
import type { ChildInput, Command, Fact } from '../../../src/machines/job-process.types.js';
import type { Behaviour } from '../../support/behaviour.js';
import { fakePort } from '../../support/fake-ports.js';
import { fakeSampler } from '../../support/fake-sampler.js';
import { run, taken } from '../../support/run-machine.js';
import { failedStart, inputOf, launch, type Machine, startWired } from './start.js';

type Wired = ReturnType<typeof startWired>;

const bySigkill = { code: null, signal: 'SIGKILL' } as const;
const overweight = {
  code: 'ERR_MEMORY_LIMIT',
  message:
    'The process used 2100 MB of memory, and its limit is 2000 MB. Find what grows in the agent, or raise jobMemoryLimitMB.',
};
const success = { outcome: 'success' } as const;

const childOf = ({ children }: Wired, slot: number) => children.at(`proc.${slot}`);

const warmUp = (pool: Wired, ...slots: readonly number[]) => {
  for (const slot of slots) {
    const child = childOf(pool, slot);
    child.say({ type: 'child.spawned', pid: 40 + slot });
    child.say({ type: 'child.online' });
    child.say({ type: 'child.ready', timings: {} });
  }
};

const startWarm = (machine: Machine, idle: number) => {
  const pool = startWired(machine, { idle });
  warmUp(pool, ...Array.from({ length: idle }, (_, slot) => slot));
  taken(pool.toParent);
  return pool;
};

const exit = (
  pool: Wired,
  slot: number,
  verdict: { code: number | null; signal: string | null },
) => {
  const child = childOf(pool, slot);
  child.say({ type: 'child.exited', ...verdict });
  child.say({ type: 'child.closed', ...verdict });
};

/** What a child is told that gets this job. */
const begun = (job: Launch): readonly Command[] => [
  { type: 'start', launch: job },
  { type: 'guard' },
];

/** What a pool promises together with the real process machine. */
export const wired: readonly Behaviour<Machine>[] = [
  {
    title: 'takes a job through a process: warm, started, reported, left, gone and replaced',
    run: (machine) => {
      const pool = startWarm(machine, 1);
      const { children, send, toParent } = pool;
      const job = launch(pool, 'job-1');
      const child = childOf(pool, 0);
      expect(child.path).toBe('pool/proc.0/child');

      child.say({ type: 'child.started', jobId: 'job-1' });
      child.say({ type: 'child.finished', end: success });
      expect(child.told).toEqual(begun(job));
      send({ type: 'outcome.delivered', jobId: 'job-1' });
      exit(pool, 0, { code: 0, signal: null });

      expect(child.told).toEqual([...begun(job), { type: 'leave' }, { type: 'kill' }]);
      expect(toParent).toEqual([
        { type: 'job.started', jobId: 'job-1', slot: 0, pid: 40 },
        { type: 'job.finished', jobId: 'job-1', end: success },
        { type: 'job.exited', jobId: 'job-1', end: success, died: false },
      ]);
      expect(children.live.map(({ path }) => path)).toEqual(['pool/proc.1/child']);
    },
  },
  {
    title:
      'starts a job elsewhere that was given to a process in the tick of its death (D-7, R-E3)',
    run: (machine) => {
      const pool = startWarm(machine, 2);
      childOf(pool, 0).say({ type: 'child.exited', ...bySigkill });

      const job = launch(pool, 'job-1');
      childOf(pool, 0).say({ type: 'child.closed', ...bySigkill });
      childOf(pool, 1).say({ type: 'child.started', jobId: 'job-1' });

      expect(childOf(pool, 1).told).toEqual(begun(job));
      expect(pool.toParent).toEqual([{ type: 'job.started', jobId: 'job-1', slot: 1, pid: 41 }]);
    },
  },
  {
    title: 'starts a job in one process only when the acknowledgement comes too late',
    run: (machine) => {
      const pool = startWarm(machine, 2);
      launch(pool, 'job-1');
      pool.advance(2_000);

      childOf(pool, 0).say({ type: 'child.started', jobId: 'job-1' });
      exit(pool, 0, bySigkill);

      expect(pool.toParent).toEqual([
        { type: 'job.started', jobId: 'job-1', slot: 0, pid: 40 },
        {
          type: 'job.exited',
          jobId: 'job-1',
          end: {
            outcome: 'failed',
            error: {
              code: 'ERR_START_TIMEOUT',
              message: 'The process did not acknowledge the job within 2 s.',
            },
          },
          died: true,
        },
      ]);
      expect(childOf(pool, 1).told.filter(({ type }) => type === 'start')).toEqual([]);
    },
  },
  {
    title:
      'gives an unacknowledged job to three processes within 6 s, then gives it up (F-83, R-D4)',
    run: (machine) => {
      const pool = startWarm(machine, 3);
      const job = launch(pool, 'job-1');

      for (const slot of [0, 1, 2]) {
        expect(childOf(pool, slot).told).toEqual(begun(job));
        expect(pool.toParent).toEqual([]);
        pool.advance(2_000);
        exit(pool, slot, bySigkill);
      }

      expect(pool.toParent).toEqual([
        {
          type: 'job.unstartable',
          jobId: 'job-1',
          error: {
            code: 'ERR_START_TIMEOUT',
            message: 'The process did not acknowledge the job within 2 s.',
          },
        },
      ]);
    },
  },
  {
    title: 'leaves no process and no timer behind when it was shut down',
    run: (machine) => {
      const pool = startWarm(machine, 2);
      const { advance, children, send, status, timers, toParent } = pool;
      launch(pool, 'job-1');
      childOf(pool, 0).say({ type: 'child.started', jobId: 'job-1' });
      taken(toParent);

      send({ type: 'shutdown', reason: 'the worker is stopping' });
      for (const slot of [1, 2]) exit(pool, slot, { code: 0, signal: null });
      advance(22_000);

      expect(status()).toBe('done');
      expect(toParent).toEqual([
        {
          type: 'job.exited',
          jobId: 'job-1',
          end: {
            outcome: 'failed',
            error: {
              code: 'ERR_SHUTDOWN_TIMEOUT',
              message:
                'The job did not end within 10 s of its shutdown. Make its shutdown callbacks faster or raise shutdownProcessTimeout.',
            },
          },
          died: true,
        },
      ]);
      expect(children.live).toEqual([]);
      expect(timers()).toEqual([]);
    },
  },
  {
    title:
      'reports the job of a process that uses too much memory as failed, and replaces an idle one',
    run: (machine) => {
      const pool = startWarm(machine, 1);
      const { samplers, toParent } = pool;
      launch(pool, 'job-1');
      childOf(pool, 0).say({ type: 'child.started', jobId: 'job-1' });
      warmUp(pool, 1);
      taken(toParent);

      samplers.at('proc.0').say({ type: 'memory.sampled', megabytes: 2_100 });
      samplers.at('proc.1').say({ type: 'memory.sampled', megabytes: 2_200 });
      childOf(pool, 0).say({ type: 'child.finished', end: success });
      exit(pool, 0, { code: 0, signal: null });
      exit(pool, 1, { code: 0, signal: null });

      const heavy = { type: 'pool.heavy', limitMb: 2_000 };
      const end = { outcome: 'failed', error: overweight };
      expect(toParent).toEqual([
        { ...heavy, slot: 0, pid: 40, megabytes: 2_100 },
        { ...heavy, slot: 1, pid: 41, megabytes: 2_200 },
        { type: 'job.finished', jobId: 'job-1', end },
        { type: 'job.exited', jobId: 'job-1', end, died: false },
      ]);
      expect(samplers.live.map(({ path }) => path)).toEqual(['pool/proc.2/sampler']);
    },
  },
  {
    title: 'ends the process of a machine that broke',
    run: (machine) => {
      const children = fakePort<Command, ChildInput, Fact>();
      const fragile = jobProcessMachine.provide({
        actors: { childProcess: children.logic, memorySampler: fakeSampler().logic },
        actions: {
          holdTimings: () => {
            throw new Error('broke');
          },
        },
      });
      const provided = machine.provide({ actors: { jobProcess: fragile as never } });
      const { toParent } = run(provided, { id: 'pool', input: inputOf({}) });

      children.say({ type: 'child.online' });
      children.say({ type: 'child.ready', timings: {} });

      expect(children.instances.map(({ stopped }) => stopped)).toEqual([true]);
      expect(toParent).toEqual([failedStart({ code: 'ERR_INTERNAL', message: 'broke' }, 90)]);
    },
  },
  {
    title: 'names the actor that it misses, and does not try for ever',
    run: (machine) => {
      const { advance, emitted, status, value } = run(machine, {
        alone: true,
        input: inputOf({}),
      });

      advance(20_000);

      expect(status()).toBe('active');
      expect(value()).toEqual({ degraded: 'waiting' });
      expect(emitted.at(-1)).toEqual({
        type: 'pool.degraded',
        error: {
          code: 'ERR_ACTOR_NOT_PROVIDED',
          message:
            'The actor "childProcess" is missing. Provide it with machine.provide({ actors: { childProcess } }), or import the wired machine from "livekit-actors".',
        },
      });
      expect(emitted).toHaveLength(6);
    },
  },
];
