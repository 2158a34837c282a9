import type { Failure, WorkerErrorCode } from '../errors.js';
import type { Context, Emitted, Event, Screened } from './job-request.types.js';

/** What a job request says of each event: to the worker, and to those who wait for its handler. */

interface Told {
  readonly context: Context;
}
interface From<Type extends Event['type']> extends Told {
  readonly event: Extract<Event, { type: Type }>;
}

/** What a policy sees. */
export const screened = ({ context: { offer, capacity } }: Told): Screened => ({ offer, capacity });

export const no = ({ context: { offer, terminate } }: Told): Emitted => ({
  type: 'request.answered',
  jobId: offer.id,
  available: false,
  terminate,
  participation: undefined,
  at: undefined,
});

export const yes = ({ context: { offer, participation, acceptedAt } }: Told): Emitted => ({
  type: 'request.answered',
  jobId: offer.id,
  available: true,
  terminate: false,
  participation,
  at: acceptedAt,
});

export const accepted = ({ context: { offer } }: Told): Emitted => ({
  type: 'request.accepted',
  jobId: offer.id,
});

export const threw = ({
  context: { offer },
  event: { error },
}: From<'handler.threw'>): Emitted => ({ type: 'request.threw', jobId: offer.id, error });

export const launch = ({
  context: { offer, participation, workerId },
  event: { assignment },
}: From<'assignment.received'>): Emitted => ({
  type: 'request.assigned',
  launch: {
    jobId: offer.id,
    url: assignment.url,
    token: assignment.token,
    record: assignment.record ?? offer.record,
    participation,
    workerId,
  },
});

export const unstartable = ({ event: { error } }: From<'job.unstartable'>) => ({
  reason: error.message,
});
export const notStarted = ({ event: { error } }: From<'job.unstartable'>): Failure =>
  over(error.message, 'ERR_LAUNCH_FAILED');

export const alreadyAnswered: Failure = {
  code: 'ERR_ALREADY_ANSWERED',
  message: 'This offer is already answered. Call accept() or reject() once.',
};

/** What calls that are pending, or come too late, reject with. */
export const over = (reason: string, code: WorkerErrorCode = 'ERR_REQUEST_EXPIRED'): Failure => ({
  code,
  message: `This offer is over: ${reason}`,
});
