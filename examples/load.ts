import {
  cpuLoad,
  jobCountLoad,
  type LoadFnc,
  maxLoad,
  memoryLoad,
  WorkerOptions,
} from 'livekit-actors';

// A measure of your own: a number from 0 to 1, or the promise of one.
const gpuLoad: LoadFnc = async ({ activeJobs }) => 0.1 + activeJobs.length / 20;

// The worker is as full as what is scarcest.
export const options = new WorkerOptions({
  loadFnc: maxLoad(cpuLoad(), memoryLoad(), gpuLoad),
  entrypointFnc: (ctx) => ctx.connect(),
});

// It is a function like any other.
const load = maxLoad(gpuLoad, jobCountLoad(10));
console.log(await load({ activeJobs: ['AJ_1', 'AJ_2', 'AJ_3', 'AJ_4'] })); // 0.4
