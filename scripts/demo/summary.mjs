// What came of the offers, counted from the server's records and the ledger.

/** A table of outcomes, for the end of the demo. */
export function summary(jobs, records, paint) {
  const starts = new Map(
    records.filter(({ type }) => type === 'job.started').map((r) => [r.jobId, r]),
  );
  const pids = new Set([...starts.values()].map(({ pid }) => pid));
  const delays = jobs
    .filter(({ id, assignedAt }) => starts.has(id) && assignedAt !== undefined)
    .map(({ id, assignedAt }) => starts.get(id).at - assignedAt)
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
    ['assignment to entrypoint', `${delays[delays.length >> 1] ?? '-'} ms (median)`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    '',
    paint('bold', 'summary'),
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    '',
  ].join('\n');
}
