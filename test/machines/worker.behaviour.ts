import { behaviours as capacity } from './worker.capacity.behaviour.js';
import { behaviours as drain } from './worker.drain.behaviour.js';
import { behaviours as failures } from './worker.failures.behaviour.js';
import { behaviours as jobs } from './worker.jobs.behaviour.js';
import { behaviours as offers } from './worker.offers.behaviour.js';
import { behaviours as orders } from './worker.orders.behaviour.js';
import { behaviours as probes } from './worker.probes.behaviour.js';
import { behaviours as start } from './worker.start.behaviour.js';
import { behaviours as stock } from './worker.stock.behaviour.js';
import type { WorkerBehaviour } from './worker.subject.js';
import { behaviours as whole } from './worker.whole.behaviour.js';

/** What a worker promises, by theme. */
export const behaviours: readonly WorkerBehaviour[] = [
  ...start,
  ...capacity,
  ...stock,
  ...offers,
  ...jobs,
  ...drain,
  ...failures,
  ...probes,
  ...whole,
  ...orders,
];
