import type { Failure } from '../errors.js';
import type {
  Output as PoolEnded,
  Event as PoolEvent,
  Input as PoolInput,
} from './process-pool.types.js';
import { type Slot, steps, stopTree } from './support.js';
import { accepted, isOverloaded, remembered, runningJobs } from './worker.facts.js';
import { endJob } from './worker.jobs.js';
import type { Context, Emitted, Event } from './worker.types.js';
