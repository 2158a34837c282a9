import {
  AvailabilityResponse,
  JobStatus,
  JobType,
  MigrateJobRequest,
  ParticipantPermission,
  RegisterWorkerRequest,
  TrackSource,
  UpdateJobStatus,
  UpdateWorkerStatus,
  WorkerMessage,
  WorkerPing,
  WorkerStatus,
} from '@livekit/protocol';
import type { Answer, Message, Permissions } from '../machines/connection.types.js';

const jobTypes = {
  room: JobType.JT_ROOM,
  publisher: JobType.JT_PUBLISHER,
  participant: JobType.JT_PARTICIPANT,
};
const jobStatuses = {
  running: JobStatus.JS_RUNNING,
  success: JobStatus.JS_SUCCESS,
  failed: JobStatus.JS_FAILED,
};
const workerStatuses = { available: WorkerStatus.WS_AVAILABLE, full: WorkerStatus.WS_FULL };
const sources: Readonly<Record<string, TrackSource>> = {
  camera: TrackSource.CAMERA,
  microphone: TrackSource.MICROPHONE,
  screen_share: TrackSource.SCREEN_SHARE,
  screen_share_audio: TrackSource.SCREEN_SHARE_AUDIO,
};

/**
 * Writes what a worker says to the server, as one binary frame. With an agent name every accepting
 * answer carries it as the participant's attribute `lk.agent.name`, by which tools find agents.
 */
export function toFrame(message: Message, agentName = ''): Uint8Array {
  return new WorkerMessage({ message: toOneof(message, agentName) }).toBinary();
}

/** The same as one text frame: protobuf's JSON, which the server then answers with, too. */
export function toText(message: Message, agentName = ''): string {
  return new WorkerMessage({ message: toOneof(message, agentName) }).toJsonString();
}

function toOneof(message: Message, agentName: string): WorkerMessage['message'] {
  switch (message.kind) {
    case 'register': {
      const { workerType, permissions, agentName: name, version, deployment } = message;
      const type = jobTypes[workerType];
      const allowedPermissions = toPermission(permissions);
      const value = { type, agentName: name, version, deployment, allowedPermissions };
      return { case: 'register', value: new RegisterWorkerRequest(value) };
    }
    case 'answer':
      return { case: 'availability', value: toAvailability(message, agentName) };
    case 'report': {
      // All three together: the server reads an absent load as 0.
      const status = workerStatuses[message.status];
      const value = { status, load: message.load, jobCount: message.jobIds.length };
      return { case: 'updateWorker', value: new UpdateWorkerStatus(value) };
    }
    case 'status': {
      const { jobId, error } = message;
      const value = new UpdateJobStatus({ jobId, error, status: jobStatuses[message.status] });
      return { case: 'updateJob', value };
    }
    case 'migrate':
      return {
        case: 'migrateJob',
        value: new MigrateJobRequest({ jobIds: [...message.jobIds] }),
      };
    case 'ping':
      return { case: 'ping', value: new WorkerPing({ timestamp: BigInt(message.at) }) };
  }
}

function toAvailability(answer: Answer, agentName: string): AvailabilityResponse {
  const { jobId, available, terminate, participation } = answer;
  // A job that was cut is not taken up again: its process is gone.
  const verdict = { jobId, available, terminate, supportsResume: false };
  if (!participation) return new AvailabilityResponse(verdict);
  return new AvailabilityResponse({
    ...verdict,
    participantName: participation.name,
    participantIdentity: participation.identity,
    participantMetadata: participation.metadata,
    participantAttributes: {
      ...participation.attributes,
      ...(agentName && { 'lk.agent.name': agentName }),
    },
  });
}

function toPermission({ canPublishSources, ...flags }: Permissions): ParticipantPermission {
  return new ParticipantPermission({
    ...flags,
    agent: true,
    canPublishSources: canPublishSources.flatMap((name) => sources[name.toLowerCase()] ?? []),
  });
}
