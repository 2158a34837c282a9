import { JobStatus, JobType, WorkerStatus } from '@livekit/protocol';
import type { JobStatusWord } from '../ledger/records.js';
import type { JobTypeWord, WorkerRecord } from './records.js';

const jobTypes: Readonly<Record<number, JobTypeWord>> = {
  [JobType.JT_ROOM]: 'room',
  [JobType.JT_PUBLISHER]: 'publisher',
  [JobType.JT_PARTICIPANT]: 'participant',
};

const jobStatuses: Readonly<Record<number, JobStatusWord>> = {
  [JobStatus.JS_PENDING]: 'pending',
  [JobStatus.JS_RUNNING]: 'running',
  [JobStatus.JS_SUCCESS]: 'success',
  [JobStatus.JS_FAILED]: 'failed',
};

/** The word for a job type, none for a number that the protocol does not know. */
export const toJobTypeWord = (type: JobType): JobTypeWord | undefined => jobTypes[type];

/** The word for a job status, none for a number that the protocol does not know. */
export const toJobStatusWord = (status: JobStatus): JobStatusWord | undefined =>
  jobStatuses[status];

/** The word for a worker status. */
export const toWorkerStatusWord = (status: WorkerStatus): WorkerRecord['status'] =>
  status === WorkerStatus.WS_FULL ? 'full' : 'available';

/** The protocol's number for a job type. */
export const toJobType = (word: JobTypeWord): JobType =>
  ({
    room: JobType.JT_ROOM,
    publisher: JobType.JT_PUBLISHER,
    participant: JobType.JT_PARTICIPANT,
  })[word];
