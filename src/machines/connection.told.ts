import type { Failure } from '../errors.js';
import type { Context, Emitted, Event } from './connection.types.js';

/** What a link says of each event, to the worker and to the world. */

interface Told {
  readonly context: Context;
}
interface From<Type extends Event['type']> extends Told {
  readonly event: Extract<Event, { type: Type }>;
}

export const registered = ({
  context: { slot },
  event: { workerId, server },
}: From<'server.registered'>): Emitted => ({ type: 'link.registered', slot, workerId, server });

export const offered = ({
  context: { slot },
  event: { offer, lateMs },
}: From<'server.offered'>): Emitted => ({ type: 'link.offered', slot, offer, lateMs });

export const assigned = ({
  context: { slot },
  event: { assignment },
}: From<'server.assigned'>): Emitted => ({ type: 'link.assigned', slot, assignment });

export const terminated = ({
  context: { slot },
  event: { jobId },
}: From<'server.terminated'>): Emitted => ({ type: 'link.terminated', slot, jobId });

export const measured = ({ context: { slot }, event }: From<'server.ponged'>): Emitted => ({
  type: 'link.measured',
  slot,
  ...roundTrip({ event }),
});

/** How long a ping and its pong took; a server that made up its time gives nonsense. */
export const roundTrip = ({
  event: { pingedAt, heardAt = pingedAt },
}: Pick<From<'server.ponged'>, 'event'>): { roundTripMs: number } => ({
  roundTripMs: heardAt - pingedAt,
});

export const answered = ({ context: { slot }, event: { ref } }: From<'socket.wrote'>): Emitted => ({
  type: 'link.answered',
  slot,
  jobId: ref,
});

export const lostLink = ({ context: { slot, failure, pauseMs } }: Told): Emitted => ({
  type: 'link.lost',
  slot,
  error: known(failure),
  retryMs: pauseMs,
});

export const failedLink = ({ context: { slot, failure } }: Told): Emitted => ({
  type: 'link.failed',
  slot,
  error: known(failure),
});

const known = (failure: Failure | undefined): Failure =>
  failure ?? { code: 'ERR_CONNECTION_FAILED', message: 'The connection was lost.' };

/** A fact that ends a socket brings a fresh random number; time that passes brings none. */
export const pauseOf = ({
  context,
  event,
}: Told & { event: object }): { jitter: number; askedMs: number } => ({
  jitter: 'jitter' in event ? Number(event.jitter) : context.jitter,
  askedMs: 'retryAfterMs' in event ? Number(event.retryAfterMs) : 0,
});

/** The HTTP status of a refusal; 0 for every other way to fail. */
export const statusOf = ({ event }: { event: object }): { status: number } => ({
  status: 'status' in event ? Number(event.status) : 0,
});

export const garbled = ({ context: { slot } }: { context: Context }): Emitted => ({
  type: 'link.garbled',
  slot,
  error: {
    code: 'ERR_UNREADABLE_FRAME',
    message: 'The server sent a frame that could not be read; it was dropped.',
  },
});
