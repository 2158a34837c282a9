import fc from 'fast-check';
import type { LedgerFact, LedgerRecord } from '../../src/testing/index.js';

/** How one job of a clean history goes. */
export type Kind =
  | 'success'
  | 'failed'
  | 'killed'
  | 'refused'
  | 'neverStarted'
  | 'unassigned'
  | 'orphaned'
  | 'merged'
  | 'repeated';

const kinds: readonly Kind[] = [
  'success',
  'failed',
  'killed',
  'refused',
  'neverStarted',
  'unassigned',
  'orphaned',
  'merged',
  'repeated',
];

interface Plan {
  readonly kind: Kind;
  /** When it is offered, how long the answer, the start and the run take. */
  readonly at: number;
  readonly answer: number;
  readonly start: number;
  readonly run: number;
}

export interface History {
  readonly records: readonly LedgerRecord[];
  /** Most jobs that were accepted and not ended at once. */
  readonly peak: number;
}

const worker = 'worker';
const answerTimeout = 2_800;

const plan = fc.record({
  kind: fc.constantFrom(...kinds),
  at: fc.integer({ min: 1, max: 20_000 }),
  answer: fc.integer({ min: 0, max: answerTimeout }),
  start: fc.integer({ min: 1, max: 5_000 }),
  run: fc.integer({ min: 1, max: 20_000 }),
});

/** Histories in which nothing goes wrong that a worker answers for; at least one job of `kind`. */
export const cleanHistory = (kind: Kind = 'success'): fc.Arbitrary<History> =>
  fc
    .tuple(fc.array(plan, { maxLength: 12 }), plan)
    .map(([plans, certain]) => toHistory([...plans, { ...certain, kind }]));

function toHistory(plans: readonly Plan[]): History {
  const stories = plans.map(tell);
  const peak = Math.max(
    ...stories.map(({ accepted }) =>
      accepted ? stories.filter((one) => overlaps(one.accepted, accepted[0])).length : 0,
    ),
  );
  // Of one moment, a slot is given back before it is taken again.
  const order = ({ at, type }: LedgerRecord) => at + (type === 'answer.received' ? 0.5 : 0);
  const jobs = stories
    .flatMap(({ records }) => records)
    .sort((one, other) => order(one) - order(other));
  const before = rest.map((fact) => ({ ...fact, at: 0 }));
  const after = exit.map((fact) => ({ ...fact, at: 100_000 }));
  // One more than the peak, so that a lost job, which never ends, breaks one promise and not two.
  const capacity = { type: 'capacity.declared' as const, worker, maxJobs: peak + 1, at: 0 };
  return { records: [capacity, ...before, ...jobs, ...after], peak };
}

const overlaps = (span: readonly [number, number] | undefined, at: number): boolean =>
  span !== undefined && span[0] <= at && at < span[1];

/** The facts of one job, over a connection of its own, and the span in which it holds a slot. */
function tell({ kind, ...times }: Plan, index: number) {
  const jobId = `AJ_${index}`;
  const connection = `AW_${index}`;
  const pid = 1_000 + index;
  const offered = times.at;
  const answered = offered + times.answer;
  const assigned = answered + 1;
  const started = assigned + times.start;
  const ended = started + times.run;
  const records: LedgerRecord[] = [];
  const write = (at: number, ...facts: LedgerFact[]) =>
    records.push(...facts.map((fact) => ({ ...fact, at })));
  const status = (word: 'running' | 'success' | 'failed', error = '', over = connection) =>
    ({ type: 'status.received', connection: over, jobId, status: word, error }) as const;
  const offer = { type: 'offer.sent', connection, jobId } as const;

  write(offered, { type: 'connection.opened', connection, worker });
  write(offered, { ...offer, deadline: offered + answerTimeout });
  if (kind === 'merged') write(answered, { ...offer, deadline: answered + answerTimeout });
  if (kind === 'orphaned') {
    write(answered, { type: 'connection.closed', connection, by: 'worker' });
    return { records, accepted: undefined };
  }
  const available = kind !== 'refused';
  write(answered, { type: 'answer.received', connection, jobId, available });
  if (!available) return { records, accepted: undefined };
  if (kind === 'unassigned') {
    write(assigned, { type: 'connection.closed', connection, by: 'server' });
    return { records, accepted: [answered, assigned] as const };
  }
  write(assigned, { type: 'assignment.sent', connection, jobId });
  if (kind === 'neverStarted') {
    write(started, status('failed', 'no process'));
    return { records, accepted: [answered, started] as const };
  }
  write(started, { type: 'job.started', jobId, pid }, status('running'));
  if (kind === 'killed') write(ended, status('failed', 'killed'));
  else
    write(ended, status(kind === 'failed' ? 'failed' : 'success'), {
      type: 'job.ended',
      jobId,
      pid,
    });
  if (kind === 'repeated') {
    write(ended, { type: 'connection.closed', connection, by: 'server' });
    write(ended, { type: 'connection.opened', connection: `${connection}b`, worker });
    write(ended, status('success', '', `${connection}b`));
  }
  return { records, accepted: [answered, ended] as const };
}

const resources = { timers: 3, listeners: 5, descriptors: 20, maps: { requests: 0, jobs: 0 } };

const rest: readonly LedgerFact[] = [
  { type: 'baseline.measured', worker, ...resources },
  {
    type: 'processes.sampled',
    worker,
    when: 'atRest',
    livePids: [1, 2],
    actors: [
      { slot: 'proc.0', pid: 1, live: true },
      { slot: 'proc.1', pid: 2, live: true },
      { slot: 'proc.2', pid: 3, live: false },
    ],
  },
  { type: 'rest.measured', worker, ...resources },
  { type: 'pool.rested', worker, target: 2, idle: 2 },
];

const exit: readonly LedgerFact[] = [
  { type: 'processes.sampled', worker, when: 'afterExit', livePids: [], actors: [] },
  { type: 'worker.exited', worker, code: 0, expectedCodes: [0, 75], survivors: [] },
];
