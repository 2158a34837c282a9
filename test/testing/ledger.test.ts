import { describe, expect, it } from 'vitest';
import { checkLedger, createLedger, type LedgerFact } from '../../src/testing/index.js';

const jobId = 'AJ_1';
const connection = 'AW_1';
const worker = 'worker';

const opened: LedgerFact = { type: 'connection.opened', connection, worker };
const offered = (deadline = 2_800): LedgerFact => ({
  type: 'offer.sent',
  connection,
  jobId,
  deadline,
});
const accepted: LedgerFact = { type: 'answer.received', connection, jobId, available: true };
const refused: LedgerFact = { type: 'answer.received', connection, jobId, available: false };
const assigned: LedgerFact = { type: 'assignment.sent', connection, jobId };
const started: LedgerFact = { type: 'job.started', jobId, pid: 7 };
const closed = (by: 'server' | 'worker'): LedgerFact => ({
  type: 'connection.closed',
  connection,
  by,
});
const reported = (
  status: 'running' | 'success' | 'failed',
  { error = '', over = connection } = {},
): LedgerFact => ({ type: 'status.received', connection: over, jobId, status, error });

/** Checks facts with their times. */
const check = (facts: readonly (readonly [number, LedgerFact])[], final = true) =>
  checkLedger(
    facts.map(([at, fact]) => ({ ...fact, at })),
    { final },
  );

describe('offers', () => {
  it('are answered until the very deadline', () => {
    expect(
      check([
        [0, opened],
        [0, offered()],
        [2_800, refused],
      ]),
    ).toEqual([]);
    expect(
      check([
        [0, opened],
        [0, offered()],
        [2_801, refused],
      ]),
    ).toEqual([
      {
        invariant: 'I1',
        message: 'job AJ_1: answered 1 ms after the deadline',
        jobId,
        connection,
      },
    ]);
  });

  it('may stay open while the history goes on, until the deadline', () => {
    expect(
      check(
        [
          [0, opened],
          [0, offered()],
        ],
        false,
      ),
    ).toEqual([]);
    expect(
      check(
        [
          [0, opened],
          [0, offered()],
          [2_801, opened],
        ],
        false,
      ),
    ).toEqual([{ invariant: 'I1', message: 'job AJ_1: never answered', jobId, connection }]);
    expect(
      check([
        [0, opened],
        [0, offered()],
      ]),
    ).toEqual([{ invariant: 'I1', message: 'job AJ_1: never answered', jobId, connection }]);
  });

  it('need no answer over a connection that died first, be it cut or left', () => {
    expect(
      check([
        [0, opened],
        [0, offered()],
        [10, closed('server')],
      ]),
    ).toEqual([]);
    expect(
      check([
        [0, opened],
        [0, offered()],
        [10, closed('worker')],
      ]),
    ).toEqual([]);
  });

  it('count by connection: the same job over another one needs its own answer', () => {
    const elsewhere: LedgerFact = {
      type: 'offer.sent',
      connection: 'AW_2',
      jobId,
      deadline: 3_000,
    };

    expect(
      check([
        [0, offered()],
        [1, refused],
        [2, elsewhere],
      ]),
    ).toEqual([
      { invariant: 'I1', message: 'job AJ_1: never answered', jobId, connection: 'AW_2' },
    ]);
  });

  it('merge while undecided, with one answer or one for each', () => {
    expect(
      check([
        [0, offered()],
        [1, offered()],
        [2, refused],
      ]),
    ).toEqual([]);
    expect(
      check([
        [0, offered()],
        [1, offered()],
        [2, refused],
        [3, refused],
      ]),
    ).toEqual([]);
  });

  it('need another answer when they come again after the first', () => {
    const again = [
      [0, offered()],
      [1, refused],
      [2, offered()],
    ] as const;

    expect(check([...again, [3, refused]])).toEqual([]);
    expect(check(again).map(({ invariant }) => invariant)).toEqual(['I1']);
  });

  it('are not what an answer out of nowhere belongs to', () => {
    expect(check([[0, refused]]).map(({ message }) => message)).toEqual([
      'job AJ_1: offered 0 times, answered 1 times',
    ]);
  });
});

describe('capacity', () => {
  const other = 'AJ_2';
  const alsoOffered: LedgerFact = {
    type: 'offer.sent',
    connection,
    jobId: other,
    deadline: 50_000,
  };
  const alsoAccepted: LedgerFact = {
    type: 'answer.received',
    connection,
    jobId: other,
    available: true,
  };
  const declared = (maxJobs: number): LedgerFact => ({
    type: 'capacity.declared',
    worker,
    maxJobs,
  });
  const begin = (maxJobs: number) =>
    [
      [0, declared(maxJobs)],
      [0, opened],
      [0, offered()],
      [1, accepted],
    ] as const;
  const excess = {
    invariant: 'I2',
    message: 'job AJ_2: 2 jobs accepted and not ended, capacity 1',
    jobId: other,
    worker,
  };
  const checkOpen = (facts: Parameters<typeof check>[0]) => check(facts, false);

  it('counts a yes before its assignment', () => {
    expect(checkOpen([...begin(1), [2, alsoOffered], [3, alsoAccepted]])).toEqual([excess]);
    expect(checkOpen([...begin(2), [2, alsoOffered], [3, alsoAccepted]])).toEqual([]);
    expect(
      checkOpen([...begin(Number.POSITIVE_INFINITY), [2, alsoOffered], [3, alsoAccepted]]),
    ).toEqual([]);
  });

  it('does not hold a worker to a capacity that nobody declared', () => {
    const [, ...undeclared] = begin(1);

    expect(checkOpen([...undeclared, [2, alsoOffered], [3, alsoAccepted]])).toEqual([]);
  });

  it('is free again with the terminal status or the end of the process', () => {
    const run = [...begin(1), [2, assigned], [3, started]] as const;
    const next = [
      [5, alsoOffered],
      [6, alsoAccepted],
    ] as const;
    const ended: LedgerFact = { type: 'job.ended', jobId, pid: 7 };

    expect(checkOpen([...run, [4, reported('success')], ...next])).toEqual([]);
    expect(checkOpen([...run, [4, ended], ...next])).toEqual([]);
    expect(checkOpen([...run, [4, reported('running')], ...next])).toEqual([excess]);
  });

  it('is free again when no assignment follows within 7.5 s, or its connection dies', () => {
    const other = 'AW_2';
    const next = [
      [9, { type: 'connection.opened', connection: other, worker }],
      [9, { ...alsoOffered, connection: other }],
    ] as readonly (readonly [number, LedgerFact])[];
    const yes = (at: number) => [at, { ...alsoAccepted, connection: other }] as const;

    expect(checkOpen([...begin(1), ...next, yes(7_500)])).toEqual([excess]);
    expect(checkOpen([...begin(1), ...next, yes(7_501)])).toEqual([]);
    expect(checkOpen([...begin(1), [2, closed('server')], ...next, yes(10)])).toEqual([]);
    expect(
      checkOpen([...begin(1), [2, assigned], [3, closed('server')], ...next, yes(10)]),
    ).toEqual([excess]);
  });

  it('is not taken by a late assignment, unless the job starts', () => {
    const late = [
      ...begin(1),
      [7_501, assigned],
      [7_502, alsoOffered],
      [7_503, alsoAccepted],
    ] as const;

    expect(checkOpen(late)).toEqual([]);
    expect(checkOpen([...late, [7_504, started]])).toEqual([
      { ...excess, message: 'job AJ_1: 2 jobs accepted and not ended, capacity 1', jobId },
    ]);
  });

  it('is each worker’s own', () => {
    const elsewhere = 'AW_2';

    expect(
      checkOpen([
        ...begin(1),
        [2, { type: 'connection.opened', connection: elsewhere, worker: 'other' }],
        [2, { ...alsoOffered, connection: elsewhere } as LedgerFact],
        [3, { ...alsoAccepted, connection: elsewhere } as LedgerFact],
      ]),
    ).toEqual([]);
  });
});

describe('jobs', () => {
  const begin = [
    [0, opened],
    [0, offered()],
    [1, accepted],
    [2, assigned],
  ] as const;

  it('have one terminal status, which may be repeated over another connection', () => {
    const run = [...begin, [3, started], [4, reported('running')]] as const;
    const again = { over: 'AW_2' };

    expect(check([...run, [5, reported('success')]])).toEqual([]);
    expect(check([...run, [5, reported('success')], [6, reported('success', again)]])).toEqual([]);
    expect(check([...run, [5, reported('success')], [6, reported('success')]])).toEqual([
      {
        invariant: 'I4',
        message: 'job AJ_1: the same terminal status twice over one connection',
        jobId,
      },
    ]);
    expect(check([...run, [5, reported('success')], [6, reported('failed', again)]])).toEqual([
      { invariant: 'I4', message: 'job AJ_1: different terminal statuses: success, failed', jobId },
    ]);
  });

  it('may run on while the history goes on', () => {
    expect(check([...begin, [3, started]], false)).toEqual([]);
    expect(check([...begin, [3, started]])).toEqual([
      { invariant: 'I4', message: 'job AJ_1: started and never got a terminal status', jobId },
    ]);
  });

  it('are not started by a worker’s word', () => {
    expect(check([...begin, [3, reported('running')], [4, reported('success')]])).toEqual([
      {
        invariant: 'I5',
        message: 'job AJ_1: assigned, neither started nor reported failed',
        jobId,
      },
    ]);
    expect(check([...begin, [4, reported('failed', { error: 'no process' })]])).toEqual([]);
  });

  it('are owed nothing when the server cut the connection as it assigned them', () => {
    const lost = check([...begin, [1_002, closed('server')]]);

    expect(check([...begin, [1_001, closed('server')]])).toEqual([]);
    expect(lost.map(({ invariant }) => invariant)).toEqual(['I5']);
    expect(check([...begin, [3, closed('worker')]]).map(({ invariant }) => invariant)).toEqual([
      'I5',
    ]);
  });

  it('start once and in one process', () => {
    const run = [...begin, [3, started], [9, reported('success')]] as const;

    expect(check([...run, [4, started]])).toEqual([
      { invariant: 'I3', message: 'job AJ_1: started 2 times', jobId },
    ]);
    expect(check([...run, [4, { ...started, pid: 8 } as LedgerFact]])).toEqual([
      { invariant: 'I3', message: 'job AJ_1: ran in 2 processes', jobId },
    ]);
  });
});

describe('a ledger', () => {
  it('appends facts with their time and cannot be changed', () => {
    const ledger = createLedger({ now: () => 5 });

    ledger.record(opened);
    ledger.record({ ...offered(9), at: 7 });

    expect(ledger.records).toEqual([
      { ...opened, at: 5 },
      { ...offered(9), at: 7 },
    ]);
    expect(ledger.records.every((record) => Object.isFrozen(record))).toBe(true);
  });

  it('checks itself, over or not', () => {
    const ledger = createLedger({ now: () => 5 });
    ledger.record(offered(9));

    expect(ledger.check({ final: false })).toEqual([]);
    expect(ledger.check().map(({ invariant }) => invariant)).toEqual(['I1']);
  });
});
