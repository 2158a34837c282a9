// What came of the offers, counted from the server's records and the ledger.

/** A table of outcomes, for the end of the demo; `times` are those of processes and entrypoints, by id. */
export function summary(jobs, records, times, paint) {
  const starts = new Map(
    records.filter(({ type }) => type === 'job.started').map((r) => [r.jobId, r]),
  );
  const pids = new Set([...starts.values()].map(({ pid }) => pid));
  // A job that comes while no process is warm waits for one to start, which is another figure.
  const delays = jobs
    .filter(({ id, assignedAt }) => times.warm.get(starts.get(id)?.pid) < assignedAt)
    .map(({ id, assignedAt }) => times.entered.get(id) - assignedAt)
    .sort((a, b) => a - b);
  const count = (test) => jobs.filter(test).length;
  const rows = [
    ['offers', jobs.length],
    ['accepted', count(({ dispatch }) => dispatch === 'assigned')],
    ['refused', count(({ dispatch }) => dispatch === 'refused')],
    ['no worker free', count(({ dispatch }) => dispatch === 'unserved')],
    ['lost by the server', count(({ dispatch }) => dispatch === 'lost')],
    ['succeeded', count(({ status }) => status === 'success')],
    ['failed, with a reason', count(({ status, error }) => status === 'failed' && error !== '')],
    ['processes that ran a job', pids.size],
    [
      'assignment to entrypoint',
      `${delays[delays.length >> 1] ?? '-'} ms (median of ${delays.length} jobs in warm processes)`,
    ],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    '',
    paint('bold', 'summary'),
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    '',
  ].join('\n');
}
