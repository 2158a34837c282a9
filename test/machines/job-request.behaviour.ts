import type { jobRequestMachine } from '../../src/machines/job-request.machine.js';
import type { Behaviour } from '../support/behaviour.js';
import { endings } from './job-request.endings.behaviour.js';
import { handlers } from './job-request.handler.behaviour.js';
import { life } from './job-request.life.behaviour.js';
import { always } from './job-request.orders.behaviour.js';
import { policies } from './job-request.policies.behaviour.js';

/** What an offer's life promises. */
export const behaviours: readonly Behaviour<typeof jobRequestMachine>[] = [
  ...life,
  ...policies,
  ...endings,
  ...handlers,
  ...always,
];
