import { configuration, secrets } from './configuration.js';
import { connection, frames } from './connection.js';
import { job } from './job.js';
import { load } from './load.js';
import { commands, leaving, observing, testing } from './operation.js';
import { pool, processes } from './processes.js';
import { dispatch, requests, status } from './requests.js';
import type { Subject } from './row.js';

/** Every row of the page, by subject, in the order of the page. */
export const subjects: readonly Subject[] = [
  configuration,
  secrets,
  connection,
  frames,
  requests,
  dispatch,
  status,
  load,
  processes,
  pool,
  job,
  leaving,
  commands,
  observing,
  testing,
];

/** Rows that no test holds yet. */
export const open: readonly string[] = [];
