import {
  JobTermination,
  ParticipantInfo,
  Room,
  type SimulateJobRequest,
  type UpdateJobStatus,
} from '@livekit/protocol';
import { isTerminal } from '../ledger/statuses.js';
import type { Hub } from './hub.js';
import { createJob, type JobInput, type NewJob } from './job-records.js';
import type { JobRecord, Mutable } from './records.js';
import { searchWorker } from './search.js';
import { isVisible, select, type Wanted } from './selection.js';
import type { Session } from './session.js';
import type { SimulatedJobInput } from './simulated-job.js';
import { toJobStatusWord } from './words.js';

/** The jobs of one server. */
export interface Jobs {
  /** Looks for a worker, as a dispatch does. A job that nobody can take is dropped at once. */
  launch(input: JobInput): JobRecord;
  /** Offers a job to this worker alone, full or not. */
  simulate(session: Session, request: SimulateJobRequest): void;
  /** The same in a test's own words. */
  offer(session: Session, input: SimulatedJobInput): JobRecord;
  /** Takes a worker's report over; an unknown job or status is ignored. */
  update(session: Session, report: UpdateJobStatus): void;
  /** Tells the worker to end a job. `false` when it ended already or its connection is gone. */
  terminate(jobId: string): boolean;
  /** Ends a job in the server's own name, then tells the worker. */
  fail(jobId: string, error: string): void;
}

/** The jobs of a server; the hub keeps their records. */
export function createJobs(hub: Hub): Jobs {
  const terminate = (jobId: string): boolean => {
    const record = hub.jobs.get(jobId);
    const session = hub.sessions.get(record?.worker ?? '');
    if (!record || !session?.record.jobs.includes(jobId)) return false;
    record.terminatedAt = hub.timers.now();
    session.send({ case: 'termination', value: new JobTermination({ jobId }) });
    hub.observers.emit('job.terminated', record);
    return true;
  };
  return {
    launch: (input) => launch(hub, input),
    simulate: (session, request) => simulate(hub, session, request),
    offer: (session, { room, participant, type = session.record.type, metadata = '' }) =>
      offerAlone(hub, session, {
        type,
        metadata,
        room: new Room(room),
        participant: participant && new ParticipantInfo({ ...participant }),
      }),
    update: (session, report) => update(hub, session, report),
    terminate,
    fail: (jobId, error) => {
      terminate(jobId);
      const record = hub.jobs.get(jobId);
      if (record) close(hub, record, 'failed', error);
    },
  };
}

function launch(hub: Hub, input: JobInput): JobRecord {
  const { type, dispatch, namespace } = input;
  const { record, job } = announce(hub, input);
  const wanted: Wanted = { ...dispatch, type, namespace };
  const pick = (asked: ReadonlySet<string>) => {
    const worker = select(hub.workers(), wanted, asked, hub.random);
    return worker && hub.sessions.get(worker.id);
  };
  if (isVisible(hub.workers(), wanted)) {
    const { selectionWait, requestTimeout } = hub.limits;
    searchWorker(hub, { record, job, pick, wait: selectionWait, timeout: requestTimeout });
  } else {
    record.dispatch = 'unserved';
    hub.observers.emit('job.dispatched', record);
  }
  return record;
}

function simulate(hub: Hub, session: Session, { room, participant }: SimulateJobRequest): void {
  // The open server does not read the type of the request either.
  const type = participant ? 'publisher' : 'room';
  offerAlone(hub, session, { type, room, participant, metadata: '' });
}

type Alone = Pick<JobInput, 'type' | 'room' | 'participant'> & { readonly metadata: string };

function offerAlone(hub: Hub, session: Session, { metadata, ...input }: Alone): JobRecord {
  const { agentName, deployment, namespace } = session.record;
  const room = input.room?.name ?? '';
  const dispatch = { id: '', room, agentName, deployment, metadata, attributes: {} };
  const { record, job } = announce(hub, { ...input, dispatch, namespace });
  const pick = (asked: ReadonlySet<string>) => (asked.size === 0 ? session : undefined);
  searchWorker(hub, { record, job, pick, wait: 0, timeout: hub.limits.simulateTimeout });
  return record;
}

function announce(hub: Hub, input: JobInput): NewJob {
  const created = createJob(input, hub.timers.now());
  hub.jobs.set(created.record.id, created.record);
  hub.observers.emit('job.created', created.record);
  return created;
}

function update(hub: Hub, session: Session, { jobId, status, error }: UpdateJobStatus): void {
  const record = hub.jobs.get(jobId);
  const word = toJobStatusWord(status);
  if (!record || !word) return;
  const report = { worker: session.record.id, status: word, error, at: hub.timers.now() };
  record.statuses = [...record.statuses, report];
  if (isTerminal(word)) close(hub, record, word, error);
  else hub.observers.emit('job.updated', record);
}

/** The first end of a job is its end. */
function close(
  hub: Hub,
  record: Mutable<JobRecord>,
  status: 'success' | 'failed',
  error: string,
): void {
  if (!isTerminal(record.status)) {
    record.status = status;
    record.error = error;
    record.endedAt = hub.timers.now();
  }
  const worker = hub.sessions.get(record.worker ?? '')?.record;
  if (worker) worker.jobs = worker.jobs.filter((id) => id !== record.id);
  hub.observers.emit('job.updated', record);
}
