import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Room } from '@livekit/rtc-node';
import { nanoid } from 'nanoid';
import { type JobClock, realClock } from '../../job/clock.js';
import type { JobProcess } from '../../job/context.types.js';
import type { StartOrder } from '../../job/lifecycle.types.js';
import { createLog, type JobLog, type LogContext, type LogLevel } from '../../job/log.js';
import { ownProcess } from '../../job/own-process.js';
import { type SessionDirectory, sessionDirectory } from '../../job/session-directory.js';
import { createSimulatedRoom, type SimulatedRoom } from '../../job/simulated-room.js';
import type { SimulatedPeer } from '../../job/simulated-world.js';
import { Secret } from '../../secret.js';
import { toParticipantInfo, toRoomInfo } from '../dispatch/infos.js';
import { createJob } from '../dispatch/job-records.js';
import { addParticipant, addTrack } from '../dispatch/participant-records.js';
import { newRoom } from '../dispatch/room-records.js';
import { createSightings, type Sightings } from '../dispatch/sightings.js';
import { mintJobToken } from '../dispatch/tokens.js';
import type { TestJobOptions } from './job-options.js';

/** One line of a job's log. */
export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** One data message that the agent published. */
export interface PublishedData {
  readonly payload: Uint8Array;
  /** The payload, read as UTF-8. */
  readonly text: string;
  readonly topic: string | undefined;
  /** Identities that it is for; empty is everybody. */
  readonly to: readonly string[];
}

/** What a job of a test plays on: its room, its record, its log, its time. */
export interface Stage {
  readonly order: StartOrder;
  readonly proc: JobProcess;
  readonly room: SimulatedRoom;
  /** The same room, as jobs know it. */
  readonly createRoom: () => Room;
  readonly clock: JobClock;
  readonly log: JobLog;
  readonly logContext: LogContext;
  readonly directory: SessionDirectory;
  /** How long a shutdown callback may take. */
  readonly callbackMs: number;
  readonly logs: LogLine[];
  readonly published: PublishedData[];
  readonly sightings: Sightings;
}

/** Sets up everything that a job has before it starts. */
export function setStage(options: TestJobOptions): Stage {
  const sightings = createSightings();
  const logs: LogLine[] = [];
  const published: PublishedData[] = [];
  const { order, room } = casting(options, (payload, topic, to) => {
    published.push({ payload, text: new TextDecoder().decode(payload), topic, to });
    sightings.look();
  });
  const logContext: LogContext = { fields: {} };
  const log = createLog({
    level: () => 'trace',
    fields: { job_id: order.jobId },
    context: logContext,
    write: ({ level, message, fields }) => {
      logs.push({ level, message, fields });
      sightings.look();
    },
  });
  return {
    ...{ order, room, log, logContext, logs, published, sightings },
    proc: Object.assign(ownProcess(options.userArguments), {
      userdata: { ...options.userdata },
    }),
    directory: sessionDirectory(join(tmpdir(), `livekit-actors-${nanoid()}`)),
    callbackMs: options.shutdownCallbackTimeout ?? Number.POSITIVE_INFINITY,
    createRoom: () => room as unknown as Room,
    clock: options.clock ?? realClock,
  };
}

type OnPublished = NonNullable<Parameters<typeof createSimulatedRoom>[0]['onPublished']>;

/** Who takes part, as the server would have it on record. */
function casting(options: TestJobOptions, onPublished: OnPublished) {
  const { jobType: type = 'room', agentName = '', metadata = '', attributes = {} } = options;
  const place = typeof options.room === 'object' ? options.room : { name: options.room ?? 'room' };
  const record = newRoom(place, Date.now());
  const subject = subjectOf(options);
  const joined = subject && addParticipant(record, { ...subject, isAgent: subject.kind === 4 });
  const member =
    joined && type === 'publisher' ? addTrack(record, joined.identity, 'track') : joined;
  const { job } = createJob(
    {
      type,
      dispatch: {
        ...{ id: `AD_${nanoid(12)}`, room: place.name, deployment: '' },
        ...{ agentName, metadata, attributes },
      },
      namespace: undefined,
      room: toRoomInfo(record),
      participant: member && type !== 'room' ? toParticipantInfo(member) : undefined,
    },
    Date.now(),
  );
  const participation = {
    ...{ identity: `agent-${job.id}`, name: '', metadata: '' },
    ...options.agent,
    attributes: { ...options.agent?.attributes },
  };
  const room = createSimulatedRoom({
    room: { name: place.name, sid: record.sid, metadata: record.metadata },
    local: participation,
    others: [
      ...(subject ? [{ ...subject, sid: member?.sid ?? '' }] : []),
      ...(options.others ?? []),
    ],
    onPublished,
  });
  const token = mintJobToken({
    ...{ apiKey: 'devkey', secret: new Secret('secret'), room: place.name, agentName },
    ...{ permissions: undefined, ...participation },
  }).reveal();
  const order: StartOrder = {
    ...{ type: 'start', jobId: job.id, url: 'simulated://room', token, participation },
    record: Buffer.from(job.toBinary()).toString('base64'),
    workerId: `AW_${nanoid(12)}`,
  };
  return { order, room };
}

function subjectOf({ participant, jobType = 'room' }: TestJobOptions): SimulatedPeer | undefined {
  if (participant === undefined) return jobType === 'room' ? undefined : { identity: 'caller' };
  return typeof participant === 'string' ? { identity: participant } : participant;
}
