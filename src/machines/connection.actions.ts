import { isCredential } from './connection.causes.js';
import type {
  Answer,
  Command,
  Context,
  Emitted,
  Event,
  JobStatus,
  Message,
  Report,
} from './connection.types.js';
import { steps } from './support.js';

/** What a link does, beside its chart. */

const firstPauseMs = 500;
const longestPauseMs = 10_000;
const longestAskedMs = 60_000;
const goodbyeMs = 5_000;
const malformedWindowMs = 10_000;
const hushMs = 1_000;

/** Whether the worker runs jobs, as far as its last report says. */
export const hasJobs = ({ report }: Pick<Context, 'report'>): boolean =>
  report !== undefined && report.jobIds.length > 0;

const isLoadAlone = (report: Report, last: Report | undefined): boolean =>
  report.status === last?.status && report.jobIds.join() === last.jobIds.join();

const frame = (message: Message, ref?: string): Command => ({
  type: 'send',
  message,
  ...(ref === undefined ? {} : { ref }),
});
const statusFrame = ({ jobId, status, error }: JobStatus): Command =>
  frame({ kind: 'status', jobId, status, error });
const ping = (ref: number): Command => ({ type: 'ping', ref });

export const frames = {
  register: steps<Context, Event, Emitted>(({ context: { registration }, enqueue }) => {
    enqueue.sendTo('socket', frame({ kind: 'register', ...registration }));
  }),
  /** What a server must know of a worker that comes back, in this order. */
  introduce: steps<Context, Event, Emitted>(({ context: { report, outbox, ref }, enqueue }) => {
    const unproven = report ? [{ status: report.status, ref: ref + 1 }] : [];
    const last = ref + unproven.length;
    enqueue.assign({ unproven, ref: last, unwritten: report ? 1 : 0, reportWaits: false });
    if (report) enqueue.sendTo('socket', frame({ kind: 'report', ...report }));
    if (report && hasJobs({ report }))
      enqueue.sendTo('socket', frame({ kind: 'migrate', jobIds: report.jobIds }));
    for (const status of outbox) enqueue.sendTo('socket', statusFrame(status));
    if (unproven.length + outbox.length > 0) enqueue.sendTo('socket', ping(last));
  }),
  /**
   * A change of status or jobs goes at once; behind that of the status goes a ping, whose pong proves
   * that the server knows. Load alone waits for a report that is on its way, and only the newest of
   * those that wait is sent: a server that reads slowly gets no queue of old ones.
   */
  sendReport: steps<Context, Event, Emitted, Report>(
    ({ context: { report: last, unwritten, unproven, ref }, enqueue }, report) => {
      const { status, load, jobIds } = report;
      if (unwritten > 0 && isLoadAlone(report, last)) return enqueue.assign({ reportWaits: true });
      enqueue.assign({ unwritten: unwritten + 1, reportWaits: false });
      enqueue.sendTo('socket', frame({ kind: 'report', status, load, jobIds }));
      if (status === last?.status) return;
      enqueue.assign({ unproven: [...unproven, { status, ref: ref + 1 }], ref: ref + 1 });
      enqueue.sendTo('socket', ping(ref + 1));
    },
  ),
  /** One report less on its way; the one that waited for it follows. */
  reportWritten: steps<Context, Event, Emitted>(
    ({ context: { report, unwritten, reportWaits }, enqueue }) => {
      const left = Math.max(0, unwritten - 1);
      if (!reportWaits || left > 0 || !report) return enqueue.assign({ unwritten: left });
      enqueue.assign({ unwritten: 1, reportWaits: false });
      enqueue.sendTo('socket', frame({ kind: 'report', ...report }));
    },
  ),
  sendAnswer: steps<Context, Event, Emitted, Answer>(
    ({ enqueue }, { jobId, available, terminate, participation }) => {
      enqueue.sendTo(
        'socket',
        frame({ kind: 'answer', jobId, available, terminate, participation }, jobId),
      );
    },
  ),
  /** A ping right behind the status: its pong proves that the server has read both. */
  sendStatus: steps<Context, Event, Emitted, JobStatus>(({ context: { ref }, enqueue }, status) => {
    enqueue.sendTo('socket', statusFrame(status));
    enqueue.sendTo('socket', ping(ref));
  }),
  ping: steps<Context, Event, Emitted>(({ context: { ref }, enqueue }) => {
    enqueue.sendTo('socket', ping(ref));
  }),
  measure: steps<Context, Event, Emitted>(({ context: { measureRoundTrip }, enqueue }) => {
    if (measureRoundTrip) enqueue.sendTo('socket', { type: 'measure' } satisfies Command);
  }),
  closeSocket: steps<Context, Event, Emitted>(({ enqueue }) => {
    enqueue.sendTo('socket', { type: 'close' } satisfies Command);
  }),
};

export const statuses = {
  holdStatus: steps<Context, Event, Emitted, JobStatus>(
    ({ context: { outbox, ref }, enqueue }, { jobId, status, error }) => {
      enqueue.assign({
        ref: ref + 1,
        outbox: [...outbox, { jobId, status, error, ref: ref + 1 }],
      });
    },
  ),
  /** Everything sent before this ping has arrived. */
  settle: steps<Context, Event, Emitted, { ref: number }>(
    ({ context: { outbox, unproven, slot }, enqueue, self }, { ref }) => {
      const isOpen = (sent: { readonly ref: number }): boolean => sent.ref > ref;
      const proven = <T extends { readonly ref: number }>(list: readonly T[]): T[] =>
        list.filter((sent) => !isOpen(sent));
      enqueue.assign({ outbox: outbox.filter(isOpen), unproven: unproven.filter(isOpen) });
      const told: Emitted[] = [
        ...proven(unproven).map(({ status }) => ({ type: 'link.reported', slot, status }) as const),
        ...proven(outbox)
          .filter(({ status }) => status !== 'running')
          .map(({ jobId }) => ({ type: 'link.delivered', slot, jobId }) as const),
      ];
      for (const event of told) {
        enqueue.emit(event);
        if (self._parent) enqueue.sendTo(self._parent, event);
      }
    },
  ),
};

export const retries = {
  /** An attempt that failed while jobs run is none of those that are limited. */
  countFailure: steps<Context, Event, Emitted, { status: number }>(
    ({ context: { failures, refusals, report }, enqueue }, { status }) => {
      enqueue.assign({
        failures: hasJobs({ report }) ? failures : failures + 1,
        refusals: isCredential(status) ? refusals + 1 : 0,
      });
    },
  ),
  /**
   * Full jitter: a fleet that lost its server comes back spread over the pause, and not before the
   * server wants it, for a minute at most. Who leaves hurries.
   */
  planPause: steps<Context, Event, Emitted, { jitter: number; askedMs: number }>(
    ({ context: { step, leaving }, enqueue }, { jitter, askedMs }) => {
      const longestMs = leaving ? firstPauseMs : longestPauseMs;
      const pauseMs = Math.round(jitter * Math.min(longestMs, firstPauseMs * 2 ** step));
      const asked = leaving ? 0 : Math.min(askedMs, longestAskedMs);
      enqueue.assign({ jitter, step: step + 1, pauseMs: asked + pauseMs });
    },
  ),
  rememberToLeave: steps<Context, Event, Emitted>(({ context, enqueue }) => {
    if (context.leaving) return;
    enqueue.assign({ leaving: true });
    enqueue.raise({ type: 'goodbye.over' }, { delay: goodbyeMs });
  }),
  forgetPauses: steps<Context, Event, Emitted>(({ enqueue }) => {
    enqueue.assign({ step: 0 });
  }),
  countMalformed: steps<Context, Event, Emitted>(({ context: { malformed }, enqueue }) => {
    enqueue.assign({ malformed: malformed + 1 });
    enqueue.raise({ type: 'malformed.forgotten' }, { delay: malformedWindowMs });
  }),
  /** Frames may come by the thousand, and one line a second is enough. */
  hush: steps<Context, Event, Emitted>(({ enqueue }) => {
    enqueue.assign({ hushed: true });
    enqueue.raise({ type: 'hush.over' }, { delay: hushMs });
  }),
  endHush: steps<Context, Event, Emitted>(({ enqueue }) => {
    enqueue.assign({ hushed: false });
  }),
  forgetMalformed: steps<Context, Event, Emitted>(({ context: { malformed }, enqueue }) => {
    enqueue.assign({ malformed: malformed - 1 });
  }),
};
