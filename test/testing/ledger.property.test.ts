import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkLedger,
  type Invariant,
  type LedgerFact,
  type LedgerRecord,
} from '../../src/testing/index.js';
import { cleanHistory, type Kind } from './histories.js';

type RecordOf<Type extends LedgerFact['type']> = Extract<LedgerRecord, { type: Type }>;
/** Puts these records in the place of one; `undefined` leaves it alone. */
type Change = (record: LedgerRecord, rest: readonly LedgerRecord[]) => LedgerRecord[] | undefined;

const found = (records: readonly LedgerRecord[], final = true) => [
  ...new Set(checkLedger(records, { final }).map(({ invariant }) => invariant)),
];

/** Changes the first record that the change is for. */
function breakOne(records: readonly LedgerRecord[], change: Change): LedgerRecord[] {
  for (const [index, record] of records.entries()) {
    const changed = change(record, records);
    if (changed) return [...records.slice(0, index), ...changed, ...records.slice(index + 1)];
  }
  throw new Error('nothing to break');
}

const on =
  <Type extends LedgerFact['type']>(
    type: Type,
    change: (record: RecordOf<Type>, rest: readonly LedgerRecord[]) => LedgerRecord[] | undefined,
  ): Change =>
  (record, rest) =>
    record.type === type ? change(record as RecordOf<Type>, rest) : undefined;

const isLast = (status: RecordOf<'status.received'>, rest: readonly LedgerRecord[]) =>
  rest.findLast((other) => other.type === 'status.received' && other.jobId === status.jobId) ===
  status;
const without = (record: LedgerRecord, rest: readonly LedgerRecord[], type: LedgerFact['type']) =>
  'jobId' in record &&
  !rest.some((other) => other.type === type && 'jobId' in other && other.jobId === record.jobId);
const isTerminal = ({ status }: RecordOf<'status.received'>) => status !== 'running';
const isRefusal = ({ available }: RecordOf<'answer.received'>) => !available;

/** Each breaks one promise and no other; the kind of job that it needs comes first. */
const breaks: readonly (readonly [Invariant, string, Kind, Change])[] = [
  [
    'I1',
    'an offer without an answer',
    'refused',
    on('answer.received', (answer) => (isRefusal(answer) ? [] : undefined)),
  ],
  [
    'I1',
    'an offer answered twice',
    'refused',
    on('answer.received', (answer) => (isRefusal(answer) ? [answer, answer] : undefined)),
  ],
  [
    'I1',
    'an accepted offer answered twice',
    'success',
    on('answer.received', (answer, rest) =>
      rest.filter((other) => other.type === 'offer.sent' && other.jobId === answer.jobId).length ===
      1
        ? [answer, { ...answer, available: false }]
        : undefined,
    ),
  ],
  [
    'I1',
    'an answer after the deadline',
    'refused',
    on('answer.received', (answer, rest) => {
      const offer = rest.find(
        (other): other is RecordOf<'offer.sent'> =>
          other.type === 'offer.sent' && other.jobId === answer.jobId,
      );
      return offer && isRefusal(answer) ? [{ ...answer, at: offer.deadline + 1 }] : undefined;
    }),
  ],
  [
    'I1',
    'a connection that died after the deadline',
    'orphaned',
    on('connection.closed', (closed, rest) => {
      const isAnswered = rest.some(
        (other) => other.type === 'answer.received' && other.connection === closed.connection,
      );
      return isAnswered ? undefined : [{ ...closed, at: closed.at + 2_801 }];
    }),
  ],
  ['I3', 'a job started twice', 'success', on('job.started', (started) => [started, started])],
  [
    'I3',
    'a job in two processes',
    'success',
    on('job.started', (started) => [started, { ...started, pid: 9 }]),
  ],
  [
    'I3',
    'a job that ended in another process',
    'success',
    on('job.ended', (ended) => [{ ...ended, pid: 9 }]),
  ],
  [
    'I4',
    'a job without a terminal status',
    'success',
    on('status.received', (status, rest) =>
      isTerminal(status) &&
      !without(status, rest, 'job.ended') &&
      rest.filter((other) => other.type === 'status.received' && other.jobId === status.jobId)
        .length === 2
        ? []
        : undefined,
    ),
  ],
  [
    'I4',
    'two different terminal statuses',
    'success',
    on('status.received', (status, rest) =>
      status.status === 'success' && isLast(status, rest)
        ? [status, { ...status, status: 'failed', error: 'late' }]
        : undefined,
    ),
  ],
  [
    'I4',
    'a terminal status with another text',
    'failed',
    on('status.received', (status) =>
      status.status === 'failed'
        ? [status, { ...status, connection: 'AW_other', error: 'other' }]
        : undefined,
    ),
  ],
  [
    'I4',
    'a terminal status twice over one connection',
    'success',
    on('status.received', (status, rest) =>
      isTerminal(status) && isLast(status, rest) ? [status, status] : undefined,
    ),
  ],
  [
    'I5',
    'an accepted job of which nothing was heard',
    'neverStarted',
    on('status.received', (status, rest) =>
      without(status, rest, 'job.started') ? [] : undefined,
    ),
  ],
  [
    'I5',
    'a success of a job that never started',
    'neverStarted',
    on('status.received', (status, rest) =>
      without(status, rest, 'job.started')
        ? [{ ...status, status: 'success', error: '' }]
        : undefined,
    ),
  ],
  [
    'I6',
    'a process without an actor',
    'success',
    on('processes.sampled', (sample) => [{ ...sample, livePids: [...sample.livePids, 9] }]),
  ],
  [
    'I6',
    'a process with two actors',
    'success',
    on('processes.sampled', (sample) => [
      { ...sample, actors: [...sample.actors, ...sample.actors.slice(0, 1)] },
    ]),
  ],
  [
    'I6',
    'a process whose actor is at its end',
    'success',
    on('processes.sampled', (sample) => [
      {
        ...sample,
        actors: sample.actors.map((actor) => ({
          ...actor,
          live: actor.live && actor.slot !== 'proc.0',
        })),
      },
    ]),
  ],
  [
    'I6',
    'an actor whose process is gone',
    'success',
    on('processes.sampled', (sample) => [{ ...sample, livePids: sample.livePids.slice(1) }]),
  ],
  [
    'I6',
    'a live actor that has no process',
    'success',
    on('processes.sampled', (sample) => [
      { ...sample, actors: [...sample.actors, { slot: 'proc.9', pid: undefined, live: true }] },
    ]),
  ],
  ['I7', 'a pool below its target', 'success', on('pool.rested', (pool) => [{ ...pool, idle: 1 }])],
  ['I7', 'a pool above its target', 'success', on('pool.rested', (pool) => [{ ...pool, idle: 3 }])],
  ['I7', 'a timer left', 'success', on('rest.measured', (rest) => [{ ...rest, timers: 4 }])],
  ['I7', 'a timer lost', 'success', on('rest.measured', (rest) => [{ ...rest, timers: 2 }])],
  ['I7', 'a listener left', 'success', on('rest.measured', (rest) => [{ ...rest, listeners: 6 }])],
  [
    'I7',
    'a descriptor left',
    'success',
    on('rest.measured', (rest) => [{ ...rest, descriptors: 21 }]),
  ],
  [
    'I7',
    'an entry left in a map',
    'success',
    on('rest.measured', (rest) => [{ ...rest, maps: { ...rest.maps, jobs: 1 } }]),
  ],
  [
    'I7',
    'an entry in a map unknown before',
    'success',
    on('rest.measured', (rest) => [{ ...rest, maps: { ...rest.maps, leak: 1 } }]),
  ],
  [
    'I8',
    'an undocumented exit code',
    'success',
    on('worker.exited', (exited) => [{ ...exited, code: 1 }]),
  ],
  [
    'I8',
    'an exit by a signal',
    'success',
    on('worker.exited', (exited) => [{ ...exited, code: null }]),
  ],
  ['I8', 'a survivor', 'success', on('worker.exited', (exited) => [{ ...exited, survivors: [7] }])],
  [
    'I8',
    'a process in the table after the exit',
    'success',
    on('processes.sampled', (sample) =>
      sample.when === 'afterExit' ? [{ ...sample, livePids: [7] }] : undefined,
    ),
  ],
];

describe('a clean history', () => {
  it('has no violation, over or not', () => {
    fc.assert(
      fc.property(cleanHistory(), ({ records }) => {
        expect([found(records), found(records, false)]).toEqual([[], []]);
      }),
    );
  });

  it('has no violation at any moment of its course', () => {
    fc.assert(
      fc.property(cleanHistory(), fc.nat(), ({ records }, cut) => {
        expect(found(records.slice(0, cut % (records.length + 1)), false)).toEqual([]);
      }),
    );
  });
});

describe('a broken history', () => {
  it.each(breaks)('breaks %s with %s, and nothing else', (invariant, _, kind, change) => {
    fc.assert(
      fc.property(cleanHistory(kind), ({ records }) => {
        expect(found(breakOne(records, change))).toEqual([invariant]);
      }),
      { numRuns: 40 },
    );
  });

  it('breaks I2 with one job more than the capacity, and nothing else', () => {
    fc.assert(
      fc.property(cleanHistory(), ({ records, peak }) => {
        const tighter = breakOne(
          records,
          on('capacity.declared', (declared) => [{ ...declared, maxJobs: peak - 1 }]),
        );

        expect(found(tighter)).toEqual(['I2']);
      }),
    );
  });

  it('keeps I2 with a capacity that is just enough', () => {
    fc.assert(
      fc.property(cleanHistory(), ({ records, peak }) => {
        const exact = breakOne(
          records,
          on('capacity.declared', (declared) => [{ ...declared, maxJobs: peak }]),
        );

        expect(found(exact)).toEqual([]);
      }),
    );
  });
});
