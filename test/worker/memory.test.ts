import { expect, it } from 'vitest';
import { memorySampler } from '../../src/actors/memory-sampler.actor.js';
import { jobProcessMachine, processPoolMachine, workerMachine } from '../../src/index.js';
import { eventually } from '../support/eventually.js';
import { serveWithLedger } from '../support/ledger-server.js';
import { isRunning } from '../support/processes.js';
import { cleanEnd, startRealWorker } from '../support/real-worker.js';

/** The whole worker, which looks at the memory of its processes more often. */
const watchful = workerMachine.provide({
  actors: {
    processPool: processPoolMachine.provide({
      actors: {
        jobProcess: jobProcessMachine.provide({
          actors: {
            memorySampler: memorySampler({
              every: (_, tick) => {
                const timer = setInterval(tick, 20);
                return () => clearInterval(timer);
              },
            }),
          },
        }),
      },
    }),
  },
});

it('ends a job that leaks through its shutdown, reports it as failed, and takes the next (F-87, O-23, O-24, N-32, R-D11)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world, {
    agent: 'leaks',
    machine: watchful,
    options: { jobMemoryWarnMB: 250, jobMemoryLimitMB: 400 },
  });
  await run.available();
  const job = world.offer('stays');
  const pid = await world.started(job);
  await world.ended(job);
  await eventually(() => !isRunning(pid));

  const last = await run.hear('process.heavy', ({ limitMb }) => limitMb !== undefined);
  const told = run.events.filter((event) => event.type === 'process.heavy');
  expect([last.pid, last.limitMb]).toEqual([pid, 400]);
  expect(last.megabytes).toBeGreaterThan(400);
  expect(told[0]?.megabytes).toBeGreaterThan(250);
  expect(told[0]?.limitMb).toBeUndefined();
  expect([job.status, job.error]).toEqual([
    'failed',
    `The process used ${last.megabytes} MB of memory, and its limit is 400 MB. Find what grows in the agent, or raise jobMemoryLimitMB.`,
  ]);
  expect((await run.hear('job.ended')).error?.code).toBe('ERR_MEMORY_LIMIT');
  expect((await run.hearLog('callback')).fields).toEqual({
    reason: 'memory limit',
    job_id: job.id,
    pid,
  });

  const next = world.offer('ends');
  await world.ended(next);
  expect(next.status).toBe('success');
  expect(await run.end()).toEqual(cleanEnd);
});
