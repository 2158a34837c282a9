import { expectTypeOf, it } from 'vitest';
import {
  cpuLoad,
  jobCountLoad,
  type LoadFnc,
  maxLoad,
  memoryLoad,
  WorkerOptions,
} from '../../src/index.js';

const entrypointFnc = async () => {};

it('takes ready load functions, and those of the user, as loadFnc', () => {
  for (const loadFnc of [cpuLoad(), cpuLoad({ numCpus: 0.5 }), memoryLoad(), jobCountLoad(10)])
    new WorkerOptions({ entrypointFnc, loadFnc });
  new WorkerOptions({ entrypointFnc, loadFnc: () => 0.5 });
  new WorkerOptions({ entrypointFnc, loadFnc: async ({ activeJobs }) => activeJobs.length / 10 });
  expectTypeOf(maxLoad(cpuLoad(), async () => 0.5)).toEqualTypeOf<LoadFnc>();
});

it('refuses what is no load function', () => {
  // @ts-expect-error a load is a number
  new WorkerOptions({ entrypointFnc, loadFnc: () => '0.5' });
  // @ts-expect-error a function makes it; this one is not called
  new WorkerOptions({ entrypointFnc, loadFnc: cpuLoad });
  // @ts-expect-error a number of jobs
  jobCountLoad('10');
  // @ts-expect-error how many is missing
  jobCountLoad();
  // @ts-expect-error there is no option of this name
  cpuLoad({ cpus: 2 });
  // @ts-expect-error it takes nothing
  memoryLoad(0.5);
  // @ts-expect-error nothing to compare
  maxLoad();
  // @ts-expect-error a load is no load function
  maxLoad(cpuLoad(), 0.5);
  // @ts-expect-error a load is a number
  maxLoad(() => 'half');
});
