import { expectedCpus, numCpusIn, numCpusVariable } from '../load/num-cpus.js';
import type { Env } from './read.js';

/** What is wrong with variables that stand for no option, so that it is told before anything runs. */
export const variableProblems = (env: Env): readonly string[] =>
  Number.isNaN(numCpusIn(env))
    ? [`${numCpusVariable}: expected ${expectedCpus}, got ${JSON.stringify(env[numCpusVariable])}.`]
    : [];
