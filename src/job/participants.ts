import type { RemoteParticipant, Room } from '@livekit/rtc-node';
import { WorkerError } from '../errors.js';
import { after, type JobClock, realClock } from './clock.js';
import type { WaitForParticipantOptions } from './context.types.js';

const agentKind = 4;
const longestTimerMs = 2 ** 31 - 1;

/** Waits until somebody who is wanted is in the room, or until one of the limits. */
export async function waitForParticipant(
  room: Room,
  jobSignal: AbortSignal,
  { identity, timeout = Number.POSITIVE_INFINITY, signal }: WaitForParticipantOptions = {},
  clock: JobClock = realClock,
): Promise<RemoteParticipant> {
  const isWanted = (participant: RemoteParticipant) =>
    identity === undefined ? participant.kind !== agentKind : participant.identity === identity;
  const present = [...room.remoteParticipants.values()].find(isWanted);
  const ms = timeout === Number.POSITIVE_INFINITY ? undefined : checkedTimeout(timeout);
  const limits = AbortSignal.any([jobSignal, ...(signal ? [signal] : [])]);

  return new Promise((found, fail) => {
    if (!room.isConnected) return fail(notConnected());
    if (present) return found(present);
    if (limits.aborted) return fail(limits.reason);
    const settle = (end: () => void) => {
      cancel();
      room.off('participantConnected', onJoined);
      room.off('disconnected', onLeft);
      limits.removeEventListener('abort', onLimit);
      end();
    };
    const onJoined = (participant: RemoteParticipant) => {
      if (isWanted(participant)) settle(() => found(participant));
    };
    const onLeft = () => settle(() => fail(notConnected()));
    const onLimit = () => settle(() => fail(limits.reason));
    const onTimeout = () => settle(() => fail(timedOut()));
    const cancel = ms === undefined ? () => {} : after(clock, ms, onTimeout);
    room.on('participantConnected', onJoined);
    room.on('disconnected', onLeft);
    limits.addEventListener('abort', onLimit);
  });
}

const notConnected = () =>
  new WorkerError('ERR_NOT_CONNECTED', 'The room is not connected. Call ctx.connect() first.');

const timedOut = () => new DOMException('The operation was aborted due to timeout', 'TimeoutError');

/** Node takes a longer time for 1 ms. */
function checkedTimeout(timeout: unknown): number {
  if (typeof timeout === 'number' && timeout >= 0 && timeout <= longestTimerMs) {
    return Math.ceil(timeout);
  }
  throw new WorkerError(
    'ERR_INVALID_ARGUMENT',
    `timeout: expected milliseconds from 0 to ${longestTimerMs}, or Infinity for no limit, got ${String(timeout)}.`,
  );
}
