import { expectTypeOf, it } from 'vitest';
import { defineAgent, type JobContext, WorkerOptions } from '../../src/index.js';
import { createVirtualClock, fakeJobContext, runJob } from '../../src/testing/index.js';

interface Voice {
  voice: string;
}

const agent = defineAgent<Voice>({ entrypoint: () => {} });

it('knows what an agent keeps, in whatever form it comes', () => {
  expectTypeOf(runJob(agent).started).resolves.toEqualTypeOf<JobContext<Voice>>();
  expectTypeOf(
    runJob(new WorkerOptions<Voice>({ entrypointFnc: () => {} })).started,
  ).resolves.toEqualTypeOf<JobContext<Voice>>();
  expectTypeOf(runJob<Voice>('./agent.js').started).resolves.toEqualTypeOf<JobContext<Voice>>();
  expectTypeOf(fakeJobContext<Voice>().ctx.proc.userdata).toEqualTypeOf<Voice>();
});

it('takes no agent that is none, and no option that does not exist', () => {
  // @ts-expect-error an agent has an entrypoint
  runJob({ prewarm: () => {} });
  // @ts-expect-error no such option
  runJob(agent, { rom: 'lobby' });
  // @ts-expect-error no such type of job
  runJob(agent, { jobType: 'rooms' });
  // @ts-expect-error only a job that runs has a grace
  fakeJobContext({ entrypointGraceTimeout: 1 });
  // @ts-expect-error a clock has timers
  runJob(agent, { clock: { now: () => 0 } });
  runJob(agent, { clock: createVirtualClock() });
});
