import { expect } from 'vitest';
import type { PoolView, WaitingJob } from '../../../src/machines/process-pool.types.js';
import type { Behaviour } from '../../support/behaviour.js';
import { taken } from '../../support/run-machine.js';
import { acknowledge, end, launch, type Machine, start, startWarm, warmUp } from './start.js';

/** The machine with a policy, and what the policy was asked. */
const deciding = (machine: Machine, guards: object) => machine.provide({ guards } as never);

const threw = (thrown: string) => ({
  type: 'pool.policy',
  error: { code: 'ERR_POLICY', message: 'a policy of the pool threw' },
  thrown,
});
const assigned = (pool: ReturnType<typeof start>) =>
  pool.slots().filter((slot) => pool.proc(slot).told.some(({ type }) => type === 'job.assign'));

/** What a pool promises to those who replace its policies. */
export const policies: readonly Behaviour<Machine>[] = [
  {
    title: 'asks a policy for each job that could have a warm process, and shows it the pool',
    run: (machine) => {
      const asked: WaitingJob[] = [];
      const getsProcess = (_: unknown, job: WaitingJob) => {
        asked.push(job);
        return true;
      };
      const pool = startWarm(deciding(machine, { getsProcess }), { idle: 2 });

      launch(pool, 'job-1');
      acknowledge(pool, 0, 'job-1');
      launch(pool, 'job-2');

      const participation = { name: '', identity: 'agent-job-1', metadata: '', attributes: {} };
      expect(asked).toEqual([
        { warm: 2, idle: 2, waiting: 1, busy: 0, jobId: 'job-1', participation },
        {
          warm: 1,
          idle: 2,
          waiting: 1,
          busy: 1,
          jobId: 'job-2',
          participation: { ...participation, identity: 'agent-job-2' },
        },
      ]);
      expect(assigned(pool)).toEqual([0, 1]);
    },
  },
  {
    title: 'lets a job wait that may not have the process, and gives that to another',
    run: (machine) => {
      const getsProcess = (_: unknown, { jobId, warm }: WaitingJob) => jobId === 'vip' || warm > 1;
      const pool = startWarm(deciding(machine, { getsProcess }), { idle: 1 });

      launch(pool, 'job-1');
      expect(assigned(pool)).toEqual([]);
      // One that is warm may not be had, and so another one starts.
      expect(pool.slots()).toEqual([0, 1]);

      launch(pool, 'vip');
      expect(pool.proc(0).told).toEqual([
        { type: 'job.assign', launch: expect.objectContaining({ jobId: 'vip' }) },
      ]);
      warmUp(pool, 1, 2);
      expect(assigned(pool)).toEqual([0, 1]);
    },
  },
  {
    title: 'counts what it gives away at once, one after the other',
    run: (machine) => {
      const seen: [string, number, number, number][] = [];
      const getsProcess = (_: unknown, { jobId, warm, waiting, busy }: WaitingJob) => {
        seen.push([jobId, warm, waiting, busy]);
        return jobId !== 'job-1';
      };
      const pool = start(deciding(machine, { getsProcess }), { idle: 0, concurrency: 1 });
      for (const jobId of ['job-1', 'job-2', 'job-3']) launch(pool, jobId);
      warmUp(pool, 0);

      expect(seen).toEqual([
        ['job-1', 1, 3, 0],
        ['job-2', 1, 3, 0],
      ]);
      expect(assigned(pool)).toEqual([0]);
    },
  },
  {
    title: 'keeps as many processes warm as a policy wants, more and fewer',
    run: (machine) => {
      let wanted = 2;
      const asked: PoolView[] = [];
      const keepsWarm = (_: unknown, view: PoolView) => {
        asked.push(view);
        return view.warm < wanted;
      };
      const pool = startWarm(deciding(machine, { keepsWarm }), { idle: 1, concurrency: 4 });
      expect(pool.slots()).toEqual([0, 1]);
      expect(asked.slice(0, 3)).toEqual(
        [0, 1, 2].map((warm) => ({ warm, idle: 1, waiting: 0, busy: 0 })),
      );
      warmUp(pool, 1);
      expect(pool.value()).toEqual({ ready: 'exact' });

      wanted = 3;
      pool.send({ type: 'target.set', idle: 1 });
      expect(pool.slots()).toEqual([0, 1, 2]);

      warmUp(pool, 2);
      wanted = 1;
      pool.send({ type: 'target.set', idle: 1 });
      expect(pool.value()).toEqual({ ready: 'ample' });
    },
  },
  {
    title: 'decides without a policy that throws, and says so once',
    run: (machine) => {
      const guards = {
        getsProcess: () => {
          throw new Error('no such tenant');
        },
        keepsWarm: () => {
          throw new Error('no idea');
        },
      };
      const pool = start(deciding(machine, guards), { idle: 1 });
      expect(pool.slots()).toEqual([0]);
      warmUp(pool, 0);
      launch(pool, 'job-1');

      expect(assigned(pool)).toEqual([0]);
      expect(taken(pool.toParent).filter(({ type }) => type === 'pool.policy')).toEqual([
        threw('no idea'),
      ]);
      expect(pool.emitted.filter(({ type }) => type === 'pool.policy')).toEqual([threw('no idea')]);
      expect(pool.status()).toBe('active');
    },
  },
  {
    title: 'starts no end of processes for a policy that always wants one more',
    run: (machine) => {
      const keepsWarm = () => true;

      const pool = start(deciding(machine, { keepsWarm }), { idle: 1, concurrency: 3 });

      expect(pool.context().wanted).toBe(1_000);
      expect(pool.slots()).toEqual([0, 1, 2]);
    },
  },
  {
    title: 'asks no policy while it drains: who was accepted gets a process',
    run: (machine) => {
      const guards = { getsProcess: () => false, keepsWarm: () => true };
      const pool = start(deciding(machine, guards), { idle: 1, concurrency: 1 });
      warmUp(pool, 0);
      launch(pool, 'job-1');
      expect(assigned(pool)).toEqual([]);

      pool.send({ type: 'drain', keep: 0 });

      expect(assigned(pool)).toEqual([0]);
      const over = { jobId: 'job-1', outcome: 'success', started: true, reported: true } as const;
      for (const slot of pool.slots()) end(pool, slot, slot === 0 ? over : {});
      expect(pool.status()).toBe('done');
    },
  },
];
