import {
  groupBy,
  type JobStatusWord,
  type LedgerRecord,
  type RecordOf,
  recordsOf,
  type Violation,
} from './records.js';

type Status = RecordOf<'status.received'>;

/** Whether a job ends with this status. */
export const isTerminal = (status: JobStatusWord): status is 'success' | 'failed' =>
  status === 'success' || status === 'failed';

/** The terminal statuses of each job id, in order. */
const terminalStatuses = (records: readonly LedgerRecord[]): Map<string, Status[]> =>
  groupBy(
    recordsOf(records, 'status.received').filter(({ status }) => isTerminal(status)),
    ({ jobId }) => jobId,
  );

/** I3: each job id starts at most once, and at most one process ever ran it. */
export function checkStarts(records: readonly LedgerRecord[]): Violation[] {
  const facts = [...recordsOf(records, 'job.started'), ...recordsOf(records, 'job.ended')];
  return [...groupBy(facts, ({ jobId }) => jobId)].flatMap(([jobId, its]) => {
    const starts = its.filter(({ type }) => type === 'job.started').length;
    const pids = new Set(its.map(({ pid }) => pid)).size;
    if (pids > 1)
      return { invariant: 'I3', message: `job ${jobId}: ran in ${pids} processes`, jobId };
    return starts > 1
      ? { invariant: 'I3', message: `job ${jobId}: started ${starts} times`, jobId }
      : [];
  });
}

/**
 * I4: each started job has exactly one terminal status at the server. The same one again over
 * another connection counts once, since a worker cannot know whether the first arrived.
 */
export function checkStatuses(records: readonly LedgerRecord[], final: boolean): Violation[] {
  const terminal = terminalStatuses(records);
  const repeated = [...terminal].flatMap(([jobId, statuses]) => checkRepeats(jobId, statuses));
  if (!final) return repeated;
  const started = new Set(recordsOf(records, 'job.started').map(({ jobId }) => jobId));
  const silent = [...started]
    .filter((jobId) => !terminal.has(jobId))
    .map((jobId): Violation => {
      const message = `job ${jobId}: started and never got a terminal status`;
      return { invariant: 'I4', message, jobId };
    });
  return [...repeated, ...silent];
}

function checkRepeats(jobId: string, statuses: readonly Status[]): Violation[] {
  const connections = new Set(statuses.map(({ connection }) => connection)).size;
  const verdicts = new Set(statuses.map(({ status, error }) => JSON.stringify([status, error])))
    .size;
  if (verdicts > 1) {
    const words = statuses.map(({ status }) => status).join(', ');
    return [
      { invariant: 'I4', message: `job ${jobId}: different terminal statuses: ${words}`, jobId },
    ];
  }
  if (statuses.length === connections) return [];
  const message = `job ${jobId}: the same terminal status twice over one connection`;
  return [{ invariant: 'I4', message, jobId }];
}

/** An assignment may be lost when the server cut the connection this soon after writing it. */
const unsureFor = 1_000;

/**
 * I5: an accepted job starts or is reported failed. It binds from the assignment on, which is
 * when the worker learns that its yes counted, unless the server cut the connection right then.
 */
export function checkAccepted(records: readonly LedgerRecord[], final: boolean): Violation[] {
  if (!final) return [];
  const started = new Set(recordsOf(records, 'job.started').map(({ jobId }) => jobId));
  const terminal = terminalStatuses(records);
  const cuts = new Map(
    recordsOf(records, 'connection.closed')
      .filter(({ by }) => by === 'server')
      .map(({ connection, at }) => [connection, at]),
  );
  const owed = recordsOf(records, 'assignment.sent').filter(({ connection, at, jobId }) => {
    const isUnsure = (cuts.get(connection) ?? Number.POSITIVE_INFINITY) - at < unsureFor;
    const isFailed = terminal.get(jobId)?.some(({ status }) => status === 'failed') ?? false;
    return !started.has(jobId) && !isFailed && !isUnsure;
  });
  return [...new Set(owed.map(({ jobId }) => jobId))].map((jobId) => ({
    invariant: 'I5',
    message: `job ${jobId}: assigned, neither started nor reported failed`,
    jobId,
  }));
}
