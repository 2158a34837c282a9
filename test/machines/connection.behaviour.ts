import type { connectionMachine } from '../../src/machines/connection.machine.js';
import type { Behaviour } from '../support/behaviour.js';
import { early, permanent } from './connection.attempts.behaviour.js';
import { backoff } from './connection.backoff.behaviour.js';
import { closing } from './connection.closing.behaviour.js';
import { memory } from './connection.delivery.behaviour.js';
import { broken, health } from './connection.health.behaviour.js';
import { life } from './connection.life.behaviour.js';
import { always } from './connection.orders.behaviour.js';

/** What a link's life promises. */
export const behaviours: readonly Behaviour<typeof connectionMachine>[] = [
  ...life,
  ...early,
  ...permanent,
  ...backoff,
  ...health,
  ...broken,
  ...memory,
  ...closing,
  ...always,
];
