import { expect, it } from 'vitest';
import type { Emitted } from '../../src/machines/worker.types.js';
import { toChildLine, toLogLine } from '../../src/observe/log-lines.js';
import { resolveOptions } from '../../src/options.js';

const settings = (agentName = '') =>
  resolveOptions(
    { url: 'wss://example.com', apiKey: 'k', apiSecret: 's', agentName, agent: 'file:///a.js' },
    { mode: 'start', env: {}, flags: {} },
  );
const error = { code: 'ERR_X', message: 'it broke' };
const server = { edition: 'Standard', version: '1.13.5', region: 'eu', nodeId: 'ND_1' };
const jobId = 'AJ_1';

it.each<[Emitted, string, string, string, object]>([
  [
    { type: 'listening', host: '0.0.0.0', port: 8081 },
    'info',
    'http.listening',
    'health endpoints are up',
    { host: '0.0.0.0', port: 8081 },
  ],
  [
    { type: 'registered', workerId: 'AW_1', server },
    'info',
    'worker.registered',
    'registered for automatic dispatch',
    {
      worker_id: 'AW_1',
      dispatch: 'automatic',
      agent_name: '',
      job_type: 'room',
      url: 'wss://example.com',
      server_version: '1.13.5',
      server_edition: 'Standard',
      region: 'eu',
      node_id: 'ND_1',
    },
  ],
  [
    { type: 'disconnected', error, retryMs: 500 },
    'warn',
    'worker.disconnected',
    'not connected to the server, trying again',
    { error: 'it broke', error_code: 'ERR_X', retry_ms: 500 },
  ],
  [
    { type: 'status', status: 'available', load: 0.31234, sentLoad: 0.3 },
    'info',
    'worker.status',
    'available for jobs',
    { status: 'available', load: 0.312, load_sent: 0.3 },
  ],
  [
    { type: 'status', status: 'full', load: 1, sentLoad: 0.69 },
    'info',
    'worker.status',
    'full: no more jobs',
    { status: 'full', load: 1, load_sent: 0.69 },
  ],
  [
    { type: 'process.ready', slot: 1, pid: 42, timings: { ready: 80 } },
    'debug',
    'process.ready',
    'process is warm',
    { slot: 1, pid: 42, timings: { ready: 80 } },
  ],
  [
    {
      type: 'process.failed',
      slot: 1,
      pid: 42,
      error,
      retryMs: 100,
      ranMs: 40,
      stderr: ['a', 'b'],
    },
    'error',
    'process.failed',
    'a process failed to start',
    {
      slot: 1,
      pid: 42,
      error: 'it broke',
      error_code: 'ERR_X',
      ran_ms: 40,
      retry_ms: 100,
      stderr: 'a\nb',
    },
  ],
  [
    { type: 'process.slow', slot: 1, silentMs: 700 },
    'warn',
    'process.slow',
    'a process does not answer',
    { slot: 1, silent_ms: 700 },
  ],
  [
    { type: 'process.heavy', slot: 1, pid: 42, megabytes: 1_200.5, limitMb: undefined },
    'warn',
    'process.heavy',
    'a process uses much memory',
    { slot: 1, pid: 42, megabytes: 1_200.5 },
  ],
  [
    { type: 'process.heavy', slot: 1, pid: 42, megabytes: 2_100, limitMb: 2_000 },
    'warn',
    'process.heavy',
    'a process uses too much memory, and is ended',
    { slot: 1, pid: 42, megabytes: 2_100, limit_mb: 2_000 },
  ],
  [
    { type: 'degraded', error },
    'error',
    'pool.degraded',
    'processes keep failing: no new jobs until one starts',
    { error: 'it broke', error_code: 'ERR_X' },
  ],
  [{ type: 'recovered' }, 'info', 'pool.recovered', 'processes start again', {}],
  [
    { type: 'job.offered', jobId, agentName: 'bob' },
    'debug',
    'job.offered',
    'job offered',
    { job_id: jobId, agent_name: 'bob' },
  ],
  [
    { type: 'job.rejected', jobId, reason: 'full' },
    'info',
    'job.rejected',
    'job rejected',
    { job_id: jobId, reason: 'full' },
  ],
  [{ type: 'job.accepted', jobId }, 'info', 'job.accepted', 'job accepted', { job_id: jobId }],
  [
    { type: 'job.expired', jobId, reason: 'late' },
    'warn',
    'job.expired',
    'the offer led to no job',
    { job_id: jobId, reason: 'late' },
  ],
  [
    { type: 'job.started', jobId, pid: 42 },
    'info',
    'job.started',
    'job started',
    { job_id: jobId, pid: 42 },
  ],
  [
    { type: 'job.ended', jobId, outcome: 'success', error: undefined },
    'info',
    'job.ended',
    'job ended',
    { job_id: jobId, outcome: 'success' },
  ],
  [
    { type: 'job.ended', jobId, outcome: 'failed', error },
    'error',
    'job.ended',
    'job failed',
    { job_id: jobId, outcome: 'failed', error: 'it broke', error_code: 'ERR_X' },
  ],
  [
    { type: 'draining', deadline: 1_800_000, jobs: ['AJ_1', 'AJ_2'] },
    'info',
    'worker.draining',
    'draining: 2 jobs left, up to 30 min',
    { jobs: 2, job_ids: ['AJ_1', 'AJ_2'], limit_ms: 1_800_000 },
  ],
  [{ type: 'warning', error }, 'warn', 'worker.warning', 'it broke', { error_code: 'ERR_X' }],
  [
    { type: 'warning', error, jobId: 'AJ_1', thrown: 'no seat for Ann' },
    'warn',
    'worker.warning',
    'it broke',
    { error_code: 'ERR_X', job_id: 'AJ_1', error: 'no seat for Ann' },
  ],
  [
    { type: 'warning', error, jobIds: ['AJ_1', 'AJ_2'] },
    'warn',
    'worker.warning',
    'it broke',
    { error_code: 'ERR_X', job_ids: ['AJ_1', 'AJ_2'] },
  ],
  [{ type: 'stopped' }, 'info', 'worker.stopped', 'the worker stopped', {}],
])('says of %j: %s %s (N-28)', (event, level, name, msg, fields) => {
  expect(toLogLine(event, settings())).toEqual({ level, event: name, msg, fields });
});

it('tells a worker that waits for its name from one that takes every job (O-9, N-34)', () => {
  const { msg, fields } = toLogLine(
    { type: 'registered', workerId: 'AW_1', server },
    settings('bob'),
  );

  expect(msg).toBe('registered for explicit dispatch');
  expect(fields).toMatchObject({ dispatch: 'explicit', agent_name: 'bob' });
});

it.each([
  [[], 3_600_000, 'draining: no jobs left'],
  [['a'], 0, 'draining: 1 job left, to end now'],
  [['a'], 500, 'draining: 1 job left, up to 500 ms'],
  [['a'], 90_000, 'draining: 1 job left, up to 90 s'],
  [['a', 'b'], Infinity, 'draining: 2 jobs left, without a limit'],
])('says how long %j may go on', (jobs, deadline, msg) => {
  expect(toLogLine({ type: 'draining', jobs, deadline }, settings()).msg).toBe(msg);
});

it('gives the lines of a job their process, which a job cannot forge (F-93)', () => {
  const record = {
    level: 'warn',
    message: 'slow model',
    fields: { ms: 900, pid: 1, job_id: 'AJ_1' },
    time: 1,
    pid: 42,
  } as const;

  expect(toChildLine(record)).toEqual({
    level: 'warn',
    event: 'job.log',
    msg: 'slow model',
    fields: { job_id: 'AJ_1', ms: 900, pid: 42 },
  });
});
