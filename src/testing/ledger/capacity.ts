import type { JobFact, LedgerRecord, RecordOf, Violation } from './records.js';
import { isTerminal } from './statuses.js';

/** A worker gives a slot back when no assignment followed its yes within this time. */
const assignmentTimeout = 7_500;

interface Slot {
  readonly worker: string;
  readonly connection: string;
  /** The slot of an offer that was accepted but not assigned lapses then. */
  readonly lapsesAt: number;
}

/**
 * I2: accepted and not yet ended jobs never exceed capacity. A job takes its slot with the yes
 * and gives it back with its terminal status or with the end of its process, whichever is seen
 * first; a yes that no assignment followed gives it back after 7.5 s or with its connection.
 */
export function checkCapacity(records: readonly LedgerRecord[]): Violation[] {
  const book = createBook();
  return records.flatMap((record) => {
    book.write(record);
    return record.type === 'answer.received' || record.type === 'job.started'
      ? book.findExcess(record)
      : [];
  });
}

function createBook() {
  const capacities = new Map<string, number>();
  const workers = new Map<string, string>();
  const accepted = new Map<string, Slot>();
  const slots = new Map<string, Slot>();
  const ended = new Set<string>();

  const release = (jobId: string) => {
    slots.delete(jobId);
    ended.add(jobId);
  };
  const accept = ({ jobId, connection, at }: RecordOf<'answer.received'>) => {
    const worker = workers.get(connection);
    if (worker === undefined || ended.has(jobId) || slots.has(jobId)) return;
    const slot = { worker, connection, lapsesAt: at + assignmentTimeout };
    accepted.set(jobId, slot);
    slots.set(jobId, slot);
  };
  const hold = (jobId: string) => {
    const slot = accepted.get(jobId);
    if (slot && !ended.has(jobId)) {
      slots.set(jobId, { ...slot, lapsesAt: Number.POSITIVE_INFINITY });
    }
  };
  const lapse = (at: number) => {
    for (const [jobId, { lapsesAt }] of slots) if (at >= lapsesAt) slots.delete(jobId);
  };
  const dropUnassigned = (connection: string) => {
    for (const [jobId, slot] of slots) {
      const isReserved = slot.lapsesAt < Number.POSITIVE_INFINITY;
      if (isReserved && slot.connection === connection) slots.delete(jobId);
    }
  };

  return {
    write: (record: LedgerRecord) => {
      lapse(record.at);
      if (record.type === 'capacity.declared') capacities.set(record.worker, record.maxJobs);
      if (record.type === 'connection.opened') workers.set(record.connection, record.worker);
      if (record.type === 'connection.closed') dropUnassigned(record.connection);
      if (record.type === 'answer.received' && record.available) accept(record);
      if (record.type === 'assignment.sent' && slots.has(record.jobId)) hold(record.jobId);
      if (record.type === 'job.started') hold(record.jobId);
      if (record.type === 'job.ended') release(record.jobId);
      if (record.type === 'status.received' && isTerminal(record.status)) release(record.jobId);
    },
    findExcess: ({ jobId }: JobFact | RecordOf<'answer.received'>): Violation[] => {
      const slot = slots.get(jobId);
      const capacity = slot && capacities.get(slot.worker);
      if (!slot || capacity === undefined) return [];
      const taken = [...slots.values()].filter(({ worker }) => worker === slot.worker).length;
      if (taken <= capacity) return [];
      const message = `job ${jobId}: ${taken} jobs accepted and not ended, capacity ${capacity}`;
      return [{ invariant: 'I2', message, jobId, worker: slot.worker }];
    },
  };
}
