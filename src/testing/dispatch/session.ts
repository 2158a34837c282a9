import {
  AvailabilityRequest,
  type AvailabilityResponse,
  type Job,
  type ParticipantPermission,
  ServerMessage,
} from '@livekit/protocol';
import type { Mutable, WorkerRecord } from './records.js';
import type { Wire } from './wire.js';

/** What came of an offer over one connection. */
export type Answer = AvailabilityResponse | 'closed';

/** One registered worker. */
export interface Session {
  readonly record: Mutable<WorkerRecord>;
  /** Absent when the worker did not say; then everything is granted. */
  readonly permissions: ParticipantPermission | undefined;
  /** Offers a job; the answer comes at most once, and the connection's end is one. */
  ask(job: Job, onAnswer: (answer: Answer) => void): void;
  /** No longer listens for the answer. */
  forget(jobId: string): void;
  /** Hands an answer to who asked; one that nobody waits for is ignored. */
  answer(response: AvailabilityResponse): void;
  send(message: ServerMessage['message']): void;
  sendRaw(payload: Uint8Array | string): void;
  cut(): void;
  /** The connection is gone: everything that was asked is answered with `closed`. */
  end(): void;
}

/** A worker from its registration on. */
export function createSession(
  wire: Wire,
  record: Mutable<WorkerRecord>,
  permissions: ParticipantPermission | undefined,
): Session {
  const pending = new Map<string, (answer: Answer) => void>();
  const send = (message: ServerMessage['message']) => wire.send(new ServerMessage({ message }));
  return {
    record,
    permissions,
    send,
    sendRaw: wire.sendRaw,
    cut: wire.cut,
    ask: (job, onAnswer) => {
      pending.set(job.id, onAnswer);
      send({ case: 'availability', value: new AvailabilityRequest({ job }) });
    },
    forget: (jobId) => void pending.delete(jobId),
    answer: (response) => {
      const onAnswer = pending.get(response.jobId);
      pending.delete(response.jobId);
      onAnswer?.(response);
    },
    end: () => {
      const asked = [...pending.values()];
      pending.clear();
      for (const onAnswer of asked) onAnswer('closed');
    },
  };
}
