import {
  type AvailabilityRequest,
  type Job,
  type JobAssignment,
  JobType,
  type ParticipantInfo,
  type RegisterWorkerResponse,
  ServerInfo_Edition,
  ServerMessage,
} from '@livekit/protocol';
import type { Fact } from '../machines/connection.types.js';
import type { JobKind, ParticipantRecord } from '../machines/job.types.js';
import { Secret } from '../secret.js';

const malformed: Fact = { type: 'frame.malformed' };
const kinds = new Map<JobType, JobKind>([
  [JobType.JT_ROOM, 'room'],
  [JobType.JT_PUBLISHER, 'publisher'],
  [JobType.JT_PARTICIPANT, 'participant'],
]);

/**
 * Reads a frame of the server: bytes are protobuf, text is its JSON form. What a newer server may
 * say becomes `undefined`; what cannot be read, or names no job, is malformed. It never throws,
 * although the decoder does for almost every frame that is not of the protocol.
 */
export function toFact(frame: Uint8Array | string): Fact | undefined {
  try {
    const { message } =
      typeof frame === 'string'
        ? ServerMessage.fromJsonString(frame, { ignoreUnknownFields: true })
        : ServerMessage.fromBinary(frame);
    return read(message);
  } catch {
    return malformed;
  }
}

function read(message: ServerMessage['message']): Fact | undefined {
  switch (message.case) {
    case 'register':
      return registered(message.value);
    case 'availability':
      return offered(message.value);
    case 'assignment':
      return assigned(message.value);
    case 'termination': {
      const { jobId } = message.value;
      return jobId ? { type: 'server.terminated', jobId } : malformed;
    }
    case 'pong':
      return { type: 'server.ponged', pingedAt: Number(message.value.lastTimestamp) };
    default:
      return undefined;
  }
}

function registered({ workerId, serverInfo }: RegisterWorkerResponse): Fact {
  const edition = serverInfo ? (ServerInfo_Edition[serverInfo.edition] ?? '') : '';
  const { version = '', region = '', nodeId = '' } = serverInfo ?? {};
  return { type: 'server.registered', workerId, server: { edition, version, region, nodeId } };
}

function offered({ job, resuming }: AvailabilityRequest): Fact {
  const kind = job && kinds.get(job.type);
  if (!job?.id || !kind) return malformed;
  const { id, dispatchId, agentName, metadata, attributes, room, participant } = job;
  return {
    type: 'server.offered',
    offer: {
      id,
      dispatchId,
      kind,
      room: { sid: room?.sid ?? '', name: room?.name ?? '', metadata: room?.metadata ?? '' },
      participant: participant && toParticipant(participant),
      agentName,
      metadata,
      attributes: { ...attributes },
      resuming,
      record: toRecord(job),
    },
  };
}

function assigned({ job, url, token }: JobAssignment): Fact {
  if (!job?.id) return malformed;
  return {
    type: 'server.assigned',
    assignment: {
      jobId: job.id,
      url: url ?? '',
      token: new Secret(token),
      // A record without a room is only the bearer of the id.
      record: job.room && toRecord(job),
    },
  };
}

function toParticipant(info: ParticipantInfo): ParticipantRecord {
  const { sid, identity, name, metadata, attributes } = info;
  return { sid, identity, name, metadata, attributes: { ...attributes } };
}

/** The whole record, with the fields that this version does not know. */
function toRecord(job: Job): Secret {
  return new Secret(Buffer.from(job.toBinary()).toString('base64'));
}
