import { type Job, JobType } from '@livekit/protocol';
import type { RemoteParticipant, Room } from '@livekit/rtc-node';
import type { JobClock } from './clock.js';
import type { JobContext, JobProcess, ShutdownCallback } from './context.types.js';
import { textOf } from './failure.js';
import type { JobRoom } from './job-room.js';
import type { JobLog } from './log.js';
import { waitForParticipant } from './participants.js';

interface ContextInput {
  readonly job: Job;
  readonly workerId: string;
  readonly isSimulated: boolean;
  readonly proc: JobProcess;
  readonly room: JobRoom;
  readonly signal: AbortSignal;
  readonly log: JobLog;
  readonly clock: JobClock;
  readonly onShutdown: (reason: string) => void;
  readonly onCallback: (callback: ShutdownCallback) => void;
}

/** What the entrypoint gets. */
export function createContext(input: ContextInput): JobContext {
  const { job, workerId, isSimulated, proc, room, signal, log } = input;
  const subject = () => live(room, job.participant?.identity) ?? job.participant;

  return {
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
    connect: (options) => room.connect(options),
    shutdown: (reason = 'user requested') => input.onShutdown(textOf(reason)),
    addShutdownCallback: (callback) => input.onCallback(callback),
    waitForParticipant: async (options) =>
      waitForParticipant(room.get(), signal, options, input.clock),
  };
}

const live = (room: JobRoom, identity = ''): RemoteParticipant | undefined =>
  room.peek()?.remoteParticipants.get(identity);
