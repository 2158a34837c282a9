import { groupBy, type LedgerRecord, type RecordOf, recordsOf, type Violation } from './records.js';

type Exchange = RecordOf<'offer.sent'> | RecordOf<'answer.received'>;

/** What is known of one (connection, job id) while its records are read. */
interface Question {
  offers: number;
  answers: number;
  deadline: number;
  isOpen: boolean;
}

/**
 * I1: each offer, counted as (connection, job id), is answered exactly once, or its connection
 * died first, and never after the deadline. The same offer sent again while it is undecided may
 * merge into the first, so several offers need one answer at least and allow one for each.
 */
export function checkOffers(records: readonly LedgerRecord[], final: boolean): Violation[] {
  const now = records.reduce((latest, { at }) => Math.max(latest, at), 0);
  const deaths = new Map(
    recordsOf(records, 'connection.closed').map(({ connection, at }) => [connection, at]),
  );
  const keyOf = ({ connection, jobId }: Exchange) => JSON.stringify([connection, jobId]);

  return [...groupBy(records.filter(isExchange), keyOf).values()].flatMap((exchange) => {
    const question: Question = { offers: 0, answers: 0, deadline: 0, isOpen: false };
    const violations = exchange.flatMap((record) => read(record, question));
    const death = deaths.get(exchange[0]?.connection ?? '') ?? Number.POSITIVE_INFINITY;
    const isExcused = death <= question.deadline || (!final && now <= question.deadline);
    if (question.isOpen && !isExcused) violations.push(...exchange.slice(0, 1).map(unanswered));
    return violations;
  });
}

function read(record: Exchange, question: Question): Violation[] {
  const { jobId, connection } = record;
  question.isOpen = record.type === 'offer.sent';
  if (record.type === 'offer.sent') {
    question.offers += 1;
    question.deadline = Math.max(question.deadline, record.deadline);
    return [];
  }
  question.answers += 1;
  const { offers, answers, deadline } = question;
  if (answers > offers) {
    const message = `job ${jobId}: offered ${offers} times, answered ${answers} times`;
    return [{ invariant: 'I1', message, jobId, connection }];
  }
  if (record.at <= deadline) return [];
  const message = `job ${jobId}: answered ${record.at - deadline} ms after the deadline`;
  return [{ invariant: 'I1', message, jobId, connection }];
}

const unanswered = ({ jobId, connection }: Exchange): Violation => ({
  invariant: 'I1',
  message: `job ${jobId}: never answered`,
  jobId,
  connection,
});

const isExchange = (record: LedgerRecord): record is Exchange & LedgerRecord =>
  record.type === 'offer.sent' || record.type === 'answer.received';
