import type { Behaviour } from '../support/behaviour.js';
import { draining } from './process-pool/draining.js';
import { failing } from './process-pool/failing.js';
import { jobs } from './process-pool/jobs.js';
import { policies } from './process-pool/policies.js';
import { recycling } from './process-pool/recycling.js';
import type { Machine } from './process-pool/start.js';
import { stocking } from './process-pool/stocking.js';
import { warming } from './process-pool/warming.js';
import { weighing } from './process-pool/weighing.js';
import { wired } from './process-pool/wired.js';

/** What a pool of processes promises. */
export const behaviours: readonly Behaviour<Machine>[] = [
  ...warming,
  ...stocking,
  ...policies,
  ...weighing,
  ...jobs,
  ...failing,
  ...draining,
  ...wired,
  ...recycling,
];
