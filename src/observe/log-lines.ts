import type { Failure } from '../errors.js';
import type { Emitted, Settings } from '../machines/worker.types.js';
import { shownAddress } from '../options/addresses.js';

/** How grave a line is. */
export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** One line of the log. `event` is stable, `msg` may change; neither holds names of rooms or people. */
export interface LogLine {
  readonly level: Level;
  readonly event: string;
  readonly msg: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A message of a job's own process. */
export interface ChildRecord {
  readonly level: Level;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly time: number;
  readonly pid: number | undefined;
}

type Lines = {
  readonly [Type in Emitted['type']]: (
    event: Extract<Emitted, { type: Type }>,
    about: Settings,
  ) => LogLine;
};

const line = (
  level: Level,
  event: string,
  msg: string,
  fields: Readonly<Record<string, unknown>> = {},
): LogLine => ({ level, event, msg, fields });

const flat = ({ code, message }: Failure) => ({ error: message, error_code: code });

const lines: Lines = {
  listening: ({ host, port }) =>
    line('info', 'http.listening', 'health endpoints are up', { host, port }),
  registered: ({ workerId, server }, { agentName, workerType, url }) =>
    line('info', 'worker.registered', `registered for ${dispatchOf(agentName)} dispatch`, {
      worker_id: workerId,
      dispatch: dispatchOf(agentName),
      agent_name: agentName,
      job_type: workerType,
      url: shownAddress(url),
      server_version: server.version,
      server_edition: server.edition,
      region: server.region,
      node_id: server.nodeId,
    }),
  disconnected: ({ error, retryMs }) =>
    line('warn', 'worker.disconnected', 'not connected to the server, trying again', {
      ...flat(error),
      retry_ms: retryMs,
    }),
  status: ({ status, load, sentLoad }) =>
    line('info', 'worker.status', status === 'full' ? 'full: no more jobs' : 'available for jobs', {
      status,
      load: thousandths(load),
      load_sent: thousandths(sentLoad),
    }),
  'process.ready': ({ slot, pid, timings }) =>
    line('debug', 'process.ready', 'process is warm', { slot, pid, timings }),
  'process.failed': ({ slot, pid, error, retryMs, ranMs, stderr }) =>
    line('error', 'process.failed', 'a process failed to start', {
      slot,
      pid,
      ...flat(error),
      ran_ms: ranMs,
      retry_ms: retryMs,
      ...(stderr.length > 0 && { stderr: stderr.join('\n') }),
    }),
  'process.died': ({ slot, pid, jobId, error }) =>
    line('warn', 'process.died', 'a process died or had to be ended', {
      slot,
      pid,
      ...(jobId !== undefined && { job_id: jobId }),
      ...flat(error),
    }),
  'process.slow': ({ slot, silentMs }) =>
    line('warn', 'process.slow', 'a process does not answer', { slot, silent_ms: silentMs }),
  'process.heavy': ({ slot, pid, megabytes, limitMb }) =>
    line(
      'warn',
      'process.heavy',
      limitMb === undefined
        ? 'a process uses much memory'
        : 'a process uses too much memory, and is ended',
      { slot, pid, megabytes, ...(limitMb !== undefined && { limit_mb: limitMb }) },
    ),
  degraded: ({ error }) =>
    line(
      'error',
      'pool.degraded',
      'processes keep failing: no new jobs until one starts',
      flat(error),
    ),
  recovered: () => line('info', 'pool.recovered', 'processes start again'),
  'job.offered': ({ jobId, agentName }) =>
    line('debug', 'job.offered', 'job offered', { job_id: jobId, agent_name: agentName }),
  'job.rejected': ({ jobId, reason }) =>
    line('info', 'job.rejected', 'job rejected', { job_id: jobId, reason }),
  'job.accepted': ({ jobId }) => line('info', 'job.accepted', 'job accepted', { job_id: jobId }),
  'job.expired': ({ jobId, reason }) =>
    line('warn', 'job.expired', 'the offer led to no job', { job_id: jobId, reason }),
  'job.started': ({ jobId, pid }) =>
    line('info', 'job.started', 'job started', { job_id: jobId, pid }),
  'job.ended': ({ jobId, outcome, error }) =>
    error === undefined
      ? line('info', 'job.ended', 'job ended', { job_id: jobId, outcome })
      : line('error', 'job.ended', 'job failed', { job_id: jobId, outcome, ...flat(error) }),
  // What the machine calls the deadline is the limit of the drain: it has no clock.
  draining: ({ deadline: limitMs, jobs }) =>
    line('info', 'worker.draining', drainText(jobs.length, limitMs), {
      jobs: jobs.length,
      job_ids: jobs,
      limit_ms: Number.isFinite(limitMs) ? limitMs : 'none',
    }),
  // What users' functions throw may name people, so it is a field and not the text.
  warning: ({ error, jobId, jobIds, thrown }) =>
    line('warn', 'worker.warning', error.message, {
      error_code: error.code,
      ...(jobId !== undefined && { job_id: jobId }),
      ...(jobIds !== undefined && { job_ids: jobIds }),
      ...(thrown !== undefined && { error: thrown }),
    }),
  stopped: () => line('info', 'worker.stopped', 'the worker stopped'),
};

/** What the log says about something that a worker told. */
export const toLogLine = (event: Emitted, about: Settings): LogLine =>
  // Each type has its own function; the compiler cannot follow that through the index.
  (lines[event.type] as (event: Emitted, about: Settings) => LogLine)(event, about);

/** A message of a job's process as a line, with the process it comes from. */
export const toChildLine = ({ level, message, fields, pid }: ChildRecord): LogLine =>
  line(level, 'job.log', message, { ...fields, pid });

/** How jobs come to a worker: by themselves, or only when its agent is asked for by name. */
export const dispatchOf = (agentName: string): 'automatic' | 'explicit' =>
  agentName === '' ? 'automatic' : 'explicit';

function drainText(jobs: number, limitMs: number): string {
  if (jobs === 0) return 'draining: no jobs left';
  const left = `${jobs} job${jobs === 1 ? '' : 's'} left`;
  if (limitMs === 0) return `draining: ${left}, to end now`;
  return `draining: ${left}, ${Number.isFinite(limitMs) ? `up to ${spanOf(limitMs)}` : 'without a limit'}`;
}

const thousandths = (share: number): number => Math.round(share * 1_000) / 1_000;

const spanOf = (ms: number): string => {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  return `${Math.round(ms / 60_000)} min`;
};
