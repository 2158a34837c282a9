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
export const open: readonly string[] = [
  'E-14',
  'E-15',
  'R-S18',
  'R-S19',
  'R-S23',
  'R-C13',
  'F-92',
  'F-98',
  'F-99',
  'N-14',
  'R-D1',
  'R-D6',
  'R-D11',
  'F-81',
  'R-E2',
  'R-E4',
  'R-E5',
  'R-E6',
  'R-E7',
  'R-E9',
  'C-3',
  'R-F1',
  'R-F8',
  'R-F9',
  'R-F11',
];
