import { type AvailabilityResponse, type Job, JobAssignment } from '@livekit/protocol';
import type { Secret } from '../../secret.js';
import type { Hub } from './hub.js';
import type { AnswerRecord, DispatchOutcome, JobRecord, Mutable } from './records.js';
import type { Answer, Session } from './session.js';
import { mintJobToken } from './tokens.js';

/** One search for a worker that takes a job. */
export interface SearchInput {
  readonly record: Mutable<JobRecord>;
  readonly job: Job;
  /** The next worker to ask, none when there is nobody left. */
  readonly pick: (asked: ReadonlySet<string>) => Session | undefined;
  /** Before the first worker is asked. */
  readonly wait: number;
  /** For the whole search: its end loses the job, even while workers are left. */
  readonly timeout: number;
}

/**
 * Asks one worker after the other until one takes the job, each at most once. A refusal and a
 * closed connection pass the job on at once; silence until the deadline loses it, for the time is
 * shared by all.
 */
export function searchWorker(hub: Hub, input: SearchInput): void {
  const { record, job } = input;
  const asked = new Set<string>();
  let asking: Session | undefined;

  const settle = (outcome: DispatchOutcome) => {
    cancelDeadline();
    record.dispatch = outcome;
    hub.observers.emit('job.dispatched', record);
  };
  const askNext = () => {
    asking = input.pick(asked);
    if (!asking) return settle(wasRefused(record) ? 'refused' : 'unserved');
    const session = asking;
    asked.add(session.record.id);
    session.ask(job, (answer) => hear(session, answer));
    hub.observers.emit('job.offered', record);
  };
  const hear = (session: Session, answer: Answer) => {
    note(hub, record, session, toWord(answer));
    if (answer === 'closed' || (!answer.available && !answer.terminate)) return askNext();
    if (answer.terminate) endForAll(hub, record);
    settle(answer.terminate ? 'ended' : assign(hub, input, session, answer));
  };
  const giveUp = () => {
    asking?.forget(job.id);
    if (asking) note(hub, record, asking, 'none');
    settle('lost');
  };

  const cancelDeadline = hub.timers.after(input.timeout, giveUp);
  if (input.wait === 0) askNext();
  else hub.timers.after(input.wait, askNext);
}

function assign(
  hub: Hub,
  { record, job }: SearchInput,
  session: Session,
  answer: AvailabilityResponse,
): DispatchOutcome {
  const token = mint(hub, job, session, answer);
  // The open server crashes on a simulated job without a room; losing the job is enough.
  if (!token) return 'lost';
  record.worker = session.record.id;
  record.status = 'running';
  record.assignedAt = hub.timers.now();
  record.agentIdentity = answer.participantIdentity;
  record.token = token;
  session.record.jobs = [...session.record.jobs, record.id];
  const assigned = job.clone();
  if (assigned.state) {
    assigned.state.workerId = session.record.id;
    assigned.state.participantIdentity = answer.participantIdentity;
  }
  const url = hub.roomUrl === undefined ? {} : { url: hub.roomUrl };
  session.send({
    case: 'assignment',
    value: new JobAssignment({ job: assigned, token: token.reveal(), ...url }),
  });
  return 'assigned';
}

function mint(
  hub: Hub,
  { room }: Job,
  { record, permissions }: Session,
  answer: AvailabilityResponse,
): Secret | undefined {
  const secret = hub.keys.get(record.name);
  if (!room || !secret) return undefined;
  return mintJobToken({
    apiKey: record.name,
    secret,
    room: room.name,
    agentName: record.agentName,
    permissions,
    identity: answer.participantIdentity,
    name: answer.participantName,
    metadata: answer.participantMetadata,
    attributes: answer.participantAttributes,
  });
}

function endForAll(hub: Hub, record: Mutable<JobRecord>): void {
  record.status = 'success';
  record.endedAt = hub.timers.now();
}

function note(
  hub: Hub,
  record: Mutable<JobRecord>,
  session: Session,
  answer: AnswerRecord['answer'],
): void {
  const entry = { worker: session.record.id, answer, at: hub.timers.now() };
  record.answers = [...record.answers, entry];
  hub.observers.emit('job.answered', record);
}

function toWord(answer: Answer): AnswerRecord['answer'] {
  if (answer === 'closed') return 'closed';
  if (answer.terminate) return 'terminated';
  return answer.available ? 'accepted' : 'refused';
}

const wasRefused = ({ answers }: JobRecord): boolean =>
  answers.some(({ answer }) => answer === 'refused');
