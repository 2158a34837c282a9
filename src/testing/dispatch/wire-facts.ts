import type { ServerMessage, WorkerMessage } from '@livekit/protocol';
import type { Hub } from './hub.js';
import { toJobStatusWord } from './words.js';

/** What the ledger learns from a frame that came over a registered connection. */
export function noteArrival(hub: Hub, connection: string, { message }: WorkerMessage): void {
  if (message.case === 'availability') {
    const { jobId, available } = message.value;
    hub.note({ type: 'answer.received', connection, jobId, available });
  }
  if (message.case === 'updateJob') {
    const { jobId, error } = message.value;
    const status = toJobStatusWord(message.value.status);
    if (status) hub.note({ type: 'status.received', connection, jobId, status, error });
  }
}

/**
 * What the ledger learns from a frame that was written. The deadline is what a worker can know:
 * the time for one answer, counted from this frame.
 */
export function noteDeparture(hub: Hub, connection: string, { message }: ServerMessage): void {
  const { requestTimeout, selectionWait } = hub.limits;
  if (message.case === 'availability' && message.value.job) {
    const deadline = hub.timers.now() + requestTimeout - selectionWait;
    hub.note({ type: 'offer.sent', connection, jobId: message.value.job.id, deadline });
  }
  if (message.case === 'assignment' && message.value.job) {
    hub.note({ type: 'assignment.sent', connection, jobId: message.value.job.id });
  }
}
