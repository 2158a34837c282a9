import { type Job, JobType } from '@livekit/protocol';
import type { RemoteParticipant, Room } from '@livekit/rtc-node';
import { argumentError } from '../arguments.js';
import type { JobClock } from './clock.js';
import type { JobContext, JobProcess, ShutdownCallback } from './context.types.js';
import { textOf } from './failure.js';
import type { JobRoom } from './job-room.js';
import type { JobLog, LogContext } from './log.js';
import { participantEntrypoints } from './participant-entrypoints.js';
import {
  waitForAgent,
  waitForParticipant,
  waitForParticipantAttribute,
  waitForTrackPublication,
} from './participants.js';
import { type ServerAccess, serverApi } from './server-api.js';
import type { SessionDirectory } from './session-directory.js';
import { claimsOf, readClaims } from './token.js';

interface ContextInput {
  readonly job: Job;
  readonly workerId: string;
  readonly token: string;
  readonly isSimulated: boolean;
  readonly proc: JobProcess;
  readonly room: JobRoom;
  readonly signal: AbortSignal;
  readonly log: JobLog;
  readonly clock: JobClock;
  readonly logContext: LogContext;
  readonly directory: SessionDirectory;
  readonly server: ServerAccess | undefined;
  readonly onShutdown: (reason: string) => void;
  readonly onCallback: (callback: ShutdownCallback) => void;
}

/** What is made at the first look. */
type Costly = 'sessionDirectory' | 'api';

/** A job's context, and what its room is to tell it. */
export interface MadeContext {
  readonly ctx: JobContext;
  readonly greet: () => void;
  /** Whether nothing runs any more that the context has called. */
  readonly isAtRest: () => boolean;
}

/** What the entrypoint gets. */
export function createContext(input: ContextInput): MadeContext {
  const { job, workerId, token, isSimulated, proc, room, signal, log, logContext } = input;
  const subject = () => live(room, job.participant?.identity) ?? job.participant;
  const waiting = () => ({ room: room.get(), jobSignal: signal, clock: input.clock });
  const entrypoints = participantEntrypoints({ roomOf: room.get, jobSignal: signal, log });

  const ctx = {
    job,
    workerId,
    isSimulated,
    proc,
    signal,
    log,
    get room(): Room {
      return room.get();
    },
    get agent() {
      return room.peek()?.localParticipant;
    },
    get publisher() {
      return job.type === JobType.JT_PUBLISHER ? subject() : undefined;
    },
    get participant() {
      return job.type === JobType.JT_PARTICIPANT ? subject() : undefined;
    },
    get localParticipantIdentity() {
      return room.peek()?.localParticipant?.identity ?? readClaims(token)?.identity ?? '';
    },
    get logContextFields() {
      return logContext.fields;
    },
    set logContextFields(fields) {
      logContext.fields = checkedFields(fields);
    },
    connect: (options) => room.connect(options),
    shutdown: (reason = 'user requested') => input.onShutdown(textOf(reason)),
    addShutdownCallback: (callback: unknown) => {
      if (typeof callback !== 'function')
        throw argumentError('addShutdownCallback', 'a function', callback);
      input.onCallback(callback as ShutdownCallback);
    },
    tokenClaims: () => claimsOf(token),
    waitForParticipant: async (options) => waitForParticipant(waiting(), options),
    waitForTrackPublication: async (options) => waitForTrackPublication(waiting(), options),
    waitForAgent: async (name, options) => waitForAgent(waiting(), name, options),
    waitForParticipantAttribute: async (options) => waitForParticipantAttribute(waiting(), options),
    addParticipantEntrypoint: (run, options) => entrypoints.add(ctx, run, options),
  } satisfies Omit<JobContext, Costly> as JobContext;
  // Not among what is copied or logged with a context: to look at one is to make it.
  Object.defineProperties(ctx, {
    sessionDirectory: { get: input.directory.get },
    api: { get: serverApi(input.server) },
  } satisfies Record<Costly, PropertyDescriptor>);
  return { ctx, greet: entrypoints.greet, isAtRest: entrypoints.areOver };
}

const live = (room: JobRoom, identity = ''): RemoteParticipant | undefined =>
  room.peek()?.remoteParticipants.get(identity);

function checkedFields(fields: unknown): Record<string, unknown> {
  if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) {
    return fields as Record<string, unknown>;
  }
  throw argumentError('logContextFields', 'an object of fields', fields);
}
