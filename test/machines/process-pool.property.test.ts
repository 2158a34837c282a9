import fc from 'fast-check';
import { expect, it } from 'vitest';
import { processPoolMachine } from '../../src/machines/process-pool.machine.js';
import { withMachines } from '../support/run-machine.js';
import { acknowledge, end, launch, type Pool, start, warmUp } from './process-pool/start.js';

const step = fc.oneof(
  fc.record({ type: fc.constant('target' as const), idle: fc.nat(4) }),
  fc.record({ type: fc.constant('launch' as const) }),
  fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(500, 30_000, 61_000) }),
  fc.record({
    type: fc.constantFrom(
      'warm' as const,
      'start' as const,
      'finish' as const,
      'die' as const,
      'free' as const,
    ),
    which: fc.nat(9),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const jobOfSlot = (pool: Pool, slot: number): string | undefined =>
  pool.context().members.find((member) => member.slot === slot)?.job?.launch.jobId;

/** Does what the step says with one of those processes with which it can be done, and tells which. */
function take(pool: Pool, one: Step, jobs: string[]): number | undefined {
  const inPhase = (...phases: string[]) =>
    pool
      .context()
      .members.filter(({ phase }) => phases.includes(phase))
      .map(({ slot }) => slot);
  const pick = (slots: readonly number[]): number | undefined =>
    'which' in one ? slots[one.which % slots.length] : undefined;

  if (one.type === 'target') pool.send({ type: 'target.set', idle: one.idle });
  if (one.type === 'wait') pool.advance(one.ms);
  if (one.type === 'launch') {
    jobs.push(`job-${jobs.length}`);
    launch(pool, jobs.at(-1) ?? '');
  }
  const slot = {
    warm: pick(inPhase('starting')),
    start: pick(inPhase('assigned')),
    finish: pick(inPhase('running', 'ending')),
    free: pick(inPhase('running')),
    die: pick(inPhase('warm', 'assigned', 'running')),
    target: undefined,
    wait: undefined,
    launch: undefined,
  }[one.type];
  if (slot === undefined) return undefined;
  const jobId = jobOfSlot(pool, slot);
  const wasRunning = inPhase('running').includes(slot);
  if (one.type === 'warm') warmUp(pool, slot);
  if (one.type === 'start') acknowledge(pool, slot, jobId ?? '');
  if (one.type === 'finish')
    end(pool, slot, { jobId, outcome: jobId ? 'success' : 'unused', started: wasRunning });
  if (one.type === 'free') pool.proc(slot).say({ type: 'process.freed', slot, jobId: jobId ?? '' });
  if (one.type === 'die') end(pool, slot, { jobId, outcome: 'failed', started: wasRunning });
  return slot;
}

it('closes no process that has a job, and gives none a second one at a time, however its target moves (F-98, R-E5)', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      await withMachines(() => {
        const pool = start(processPoolMachine, { idle: 2, concurrency: 3 });
        const jobs: string[] = [];
        const frees = new Map<unknown, number>();
        for (const one of steps) {
          const had = new Map(
            pool.context().members.flatMap(({ slot, job }) => (job ? [[slot, job]] : [])),
          );
          const before = new Map(
            [...had.keys()].map((slot) => [slot, pool.proc(slot).told.length]),
          );
          const slot = take(pool, one, jobs);
          if (one.type === 'free' && slot !== undefined) {
            // It has no job any more, and may get the next one.
            before.delete(slot);
            frees.set(pool.proc(slot), (frees.get(pool.proc(slot)) ?? 0) + 1);
          }

          for (const [slot, heard] of before)
            expect(
              pool
                .proc(slot)
                .told.slice(heard)
                .map(({ type }) => type),
            ).toEqual([]);
        }
        for (const instance of pool.processes.instances) {
          const given = instance.told.filter(({ type }) => type === 'job.assign').length;
          expect(given).toBeLessThanOrEqual(1 + (frees.get(instance) ?? 0));
        }
        // Each job has one place or one verdict.
        const { members, queue } = pool.context();
        const held = [...queue, ...members.flatMap(({ job }) => job ?? [])];
        const told = pool.toParent.filter(({ type }) =>
          ['job.exited', 'job.unstartable'].includes(type),
        );
        expect(
          [...held.map(({ launch }) => launch.jobId), ...told.map(({ jobId }) => jobId)].sort(),
        ).toEqual([...jobs].sort());
      });
    }),
    { numRuns: 1_000 },
  );
}, 120_000);
