import type { Failure } from '../../src/errors.js';
import type { Assignment, Launch, Offer } from '../../src/machines/job.types.js';
import type { ChildInput } from '../../src/machines/job-process.types.js';
import { Secret } from '../../src/secret.js';

/** Plain values for tests of machines; whatever a test is about, it spells out itself. */

export const failure: Failure = { code: 'ERR_TEST', message: 'something broke' };

export const offerOf = (id: string, more: Partial<Offer> = {}): Offer => ({
  id,
  dispatchId: `dispatch-of-${id}`,
  kind: 'room',
  room: { sid: 'RM_1', name: 'lobby', metadata: '' },
  participant: undefined,
  agentName: '',
  metadata: '',
  attributes: {},
  resuming: false,
  record: new Secret('record'),
  ...more,
});

export const assignmentOf = (jobId: string): Assignment => ({
  jobId,
  url: 'ws://room.test',
  token: new Secret('token'),
  record: undefined,
});

export const launchOf = (jobId: string): Launch => ({
  jobId,
  url: 'ws://room.test',
  token: new Secret('token'),
  record: new Secret('record'),
  participation: { name: '', identity: `agent-${jobId}`, metadata: '', attributes: {} },
  workerId: 'AW_1',
});

export const childInput: ChildInput = {
  agent: { url: 'file:///agent.js', form: 'file' },
  execArgv: [],
  env: undefined,
  envExclude: [],
  graceMs: 3_000,
  logLevel: 'info',
};

export const processTimeouts = { initializeMs: 10_000, startMs: 2_000, shutdownMs: 10_000 };
