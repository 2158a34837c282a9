import type { Behaviour } from '../support/behaviour.js';
import { beating } from './job-process/beating.js';
import { ending } from './job-process/ending.js';
import { hangs } from './job-process/hanging.js';
import { killing } from './job-process/killing.js';
import { recycling } from './job-process/recycling.js';
import type { Machine } from './job-process/start.js';
import { starting } from './job-process/starting.js';
import { weighing } from './job-process/weighing.js';

/** What the life of one child process promises. */
export const behaviours: readonly Behaviour<Machine>[] = [
  ...starting,
  ...ending,
  ...killing,
  ...hangs,
  ...beating,
  ...weighing,
  ...recycling,
];
