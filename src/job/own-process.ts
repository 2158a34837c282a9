import type { JobProcess } from './context.types.js';

/** This process, as its agent sees it, before anything is prepared in it. */
export const ownProcess = (userArguments?: unknown): JobProcess => ({
  pid: process.pid,
  userdata: {},
  executorType: 'process',
  userArguments,
  get uptime() {
    return Math.round(process.uptime() * 1_000);
  },
});
