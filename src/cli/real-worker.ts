import { createWorker } from '../worker.js';
import { type Run, runWorker } from './run-worker.js';

/** Runs the real worker. A file of its own, so that help and mistakes do not load the worker. */
export const runRealWorker = (run: Omit<Run, 'createWorker'>): Promise<number> =>
  runWorker({ ...run, createWorker });
