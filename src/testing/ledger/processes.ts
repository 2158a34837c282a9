import { type LedgerRecord, type RecordOf, recordsOf, type Violation } from './records.js';

type Sample = RecordOf<'processes.sampled'>;

/** I6: every live child has one actor, every actor in a live state has a live child. */
export function checkProcesses(records: readonly LedgerRecord[]): Violation[] {
  return recordsOf(records, 'processes.sampled')
    .filter(({ when }) => when === 'atRest')
    .flatMap((sample) => [...findUnattended(sample), ...findBereft(sample)]);
}

const findUnattended = ({ worker, livePids, actors }: Sample): Violation[] =>
  livePids.flatMap((pid) => {
    const owners = actors.filter((actor) => actor.live && actor.pid === pid).length;
    if (owners === 1) return [];
    return { invariant: 'I6', message: `process ${pid} has ${owners} live actors`, worker, pid };
  });

const findBereft = ({ worker, livePids, actors }: Sample): Violation[] =>
  actors
    .filter(({ live, pid }) => live && (pid === undefined || !livePids.includes(pid)))
    .map(({ slot, pid }) => {
      const message = `actor ${slot} is live, its process ${pid ?? '(none)'} is not`;
      return { invariant: 'I6', message, worker, ...(pid === undefined ? {} : { pid }) };
    });

/** I7: at rest the pool is at its target and every count of resources is back at its baseline. */
export function checkRest(records: readonly LedgerRecord[]): Violation[] {
  const baselines = new Map<string, Map<string, number>>();
  return records.flatMap((record) => {
    if (record.type === 'pool.rested') return checkPool(record);
    if (record.type === 'baseline.measured') baselines.set(record.worker, countsOf(record));
    const baseline = record.type === 'rest.measured' ? baselines.get(record.worker) : undefined;
    return record.type === 'rest.measured' && baseline ? checkResources(record, baseline) : [];
  });
}

function checkPool({ worker, target, idle }: RecordOf<'pool.rested'>): Violation[] {
  if (idle === target) return [];
  return [{ invariant: 'I7', message: `pool at rest: ${idle} idle, target ${target}`, worker }];
}

function checkResources(
  record: RecordOf<'rest.measured'>,
  baseline: ReadonlyMap<string, number>,
): Violation[] {
  const counts = countsOf(record);
  return [...new Set([...baseline.keys(), ...counts.keys()])].flatMap((name) => {
    const before = baseline.get(name) ?? 0;
    const now = counts.get(name) ?? 0;
    if (now === before) return [];
    const message = `at rest: ${name} ${now}, baseline ${before}`;
    return { invariant: 'I7', message, worker: record.worker };
  });
}

const countsOf = ({
  timers,
  listeners,
  descriptors,
  maps,
}: RecordOf<'baseline.measured' | 'rest.measured'>): Map<string, number> =>
  new Map([
    ...Object.entries({ timers, listeners, descriptors }),
    ...Object.entries(maps).map(([name, size]): [string, number] => [`map ${name}`, size]),
  ]);

/** I8: after exit no process of ours is left and the exit code is the documented one. */
export function checkExits(records: readonly LedgerRecord[]): Violation[] {
  return records.flatMap((record) => {
    if (record.type === 'worker.exited')
      return [...checkCode(record), ...left(record, record.survivors)];
    const isAfterExit = record.type === 'processes.sampled' && record.when === 'afterExit';
    return isAfterExit ? left(record, record.livePids) : [];
  });
}

function checkCode({ worker, code, expectedCodes }: RecordOf<'worker.exited'>): Violation[] {
  if (expectedCodes.includes(code)) return [];
  const message = `exit code ${code}, expected ${expectedCodes.join(' or ')}`;
  return [{ invariant: 'I8', message, worker }];
}

const left = ({ worker }: { readonly worker: string }, pids: readonly number[]): Violation[] =>
  pids.map((pid) => ({
    invariant: 'I8',
    message: `process ${pid} is left after the exit`,
    worker,
    pid,
  }));
