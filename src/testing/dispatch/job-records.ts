import { Job, JobState, JobStatus, type ParticipantInfo, type Room } from '@livekit/protocol';
import { nanoid } from 'nanoid';
import type { DispatchRecord, JobRecord, JobTypeWord, Mutable } from './records.js';
import { toJobType } from './words.js';

/** What a job is made of. */
export interface JobInput {
  readonly type: JobTypeWord;
  readonly dispatch: Omit<DispatchRecord, 'createdAt'>;
  readonly namespace: string | undefined;
  readonly room: Room | undefined;
  readonly participant: ParticipantInfo | undefined;
}

/** A job as it is offered, and as this server keeps it. */
export interface NewJob {
  readonly job: Job;
  readonly record: Mutable<JobRecord>;
}

/** Makes a job under a new id. */
export function createJob(input: JobInput, now: number): NewJob {
  const id = `AJ_${nanoid(12)}`;
  return { job: toJob(id, input, now), record: toRecord(id, input, now) };
}

function toJob(
  id: string,
  { type, dispatch, namespace, room, participant }: JobInput,
  now: number,
): Job {
  const startedAt = BigInt(now) * 1_000_000n;
  return new Job({
    id,
    dispatchId: dispatch.id,
    type: toJobType(type),
    ...(room ? { room } : {}),
    ...(participant ? { participant } : {}),
    namespace: namespace ?? '',
    metadata: dispatch.metadata,
    agentName: dispatch.agentName,
    deployment: dispatch.deployment,
    attributes: { ...dispatch.attributes },
    // An offer already says that the job runs.
    state: new JobState({ status: JobStatus.JS_RUNNING, startedAt, updatedAt: startedAt }),
  });
}

const toRecord = (
  id: string,
  { type, dispatch, participant }: JobInput,
  now: number,
): Mutable<JobRecord> => ({
  id,
  dispatchId: dispatch.id,
  type,
  room: dispatch.room,
  agentName: dispatch.agentName,
  metadata: dispatch.metadata,
  participant: participant?.identity,
  dispatch: 'offering',
  status: 'pending',
  error: '',
  worker: undefined,
  agentIdentity: undefined,
  token: undefined,
  answers: [],
  statuses: [],
  createdAt: now,
  assignedAt: undefined,
  terminatedAt: undefined,
  endedAt: undefined,
});
