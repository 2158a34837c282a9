import {
  AgentDispatch,
  AgentDispatchState,
  Job,
  JobState,
  JobStatus,
  ParticipantInfo,
  ParticipantInfo_Kind,
  ParticipantInfo_State,
  Room,
  TrackInfo,
} from '@livekit/protocol';
import type { DispatchRecord, JobRecord, ParticipantRecord, RoomRecord } from './records.js';
import { toJobType } from './words.js';

/** A room as jobs and API answers carry it. */
export const toRoomInfo = (room: RoomRecord): Room =>
  new Room({
    sid: room.sid,
    name: room.name,
    metadata: room.metadata,
    emptyTimeout: toSeconds(room.emptyTimeout),
    departureTimeout: toSeconds(room.departureTimeout),
    maxParticipants: room.maxParticipants,
    creationTime: BigInt(Math.floor(room.createdAt / 1000)),
    creationTimeMs: BigInt(room.createdAt),
    numParticipants: room.participants.length,
    numPublishers: room.participants.filter(({ tracks }) => tracks.length > 0).length,
  });

/** No limit is 0, as in LiveKit. */
const toSeconds = (ms: number): number =>
  ms === Number.POSITIVE_INFINITY ? 0 : Math.ceil(ms / 1_000);

/** A participant as jobs and API answers carry it. */
export const toParticipantInfo = (participant: ParticipantRecord): ParticipantInfo =>
  new ParticipantInfo({
    sid: participant.sid,
    identity: participant.identity,
    name: participant.name,
    metadata: participant.metadata,
    attributes: { ...participant.attributes },
    kind: participant.isAgent ? ParticipantInfo_Kind.AGENT : ParticipantInfo_Kind.STANDARD,
    isPublisher: participant.tracks.length > 0,
    state:
      participant.tracks.length > 0 ? ParticipantInfo_State.ACTIVE : ParticipantInfo_State.JOINED,
    tracks: participant.tracks.map(({ sid, name }) => new TrackInfo({ sid, name })),
  });

/** A dispatch with its jobs, as the dispatch API lists it. */
export const toDispatchInfo = (
  dispatch: DispatchRecord,
  jobs: readonly JobRecord[],
): AgentDispatch =>
  new AgentDispatch({
    id: dispatch.id,
    room: dispatch.room,
    agentName: dispatch.agentName,
    metadata: dispatch.metadata,
    attributes: { ...dispatch.attributes },
    deployment: dispatch.deployment,
    state: new AgentDispatchState({
      createdAt: toNanoseconds(dispatch.createdAt),
      jobs: jobs.filter(isFiled(dispatch)).map(toJobInfo),
    }),
  });

const isFiled =
  ({ id }: DispatchRecord) =>
  (job: JobRecord): boolean =>
    job.dispatchId === id && job.dispatch === 'assigned';

/** Lists say RUNNING for good: what a worker reports never shows up in them. */
const toJobInfo = (job: JobRecord): Job =>
  new Job({
    id: job.id,
    dispatchId: job.dispatchId,
    type: toJobType(job.type),
    agentName: job.agentName,
    metadata: job.metadata,
    state: new JobState({
      status: JobStatus.JS_RUNNING,
      startedAt: toNanoseconds(job.createdAt),
      participantIdentity: job.agentIdentity ?? '',
      workerId: job.worker ?? '',
    }),
  });

const toNanoseconds = (ms: number): bigint => BigInt(ms) * 1_000_000n;
