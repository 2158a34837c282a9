import type { RemoteParticipant, Room } from '@livekit/rtc-node';
import { argumentError } from '../arguments.js';
import { WorkerError } from '../errors.js';
import type { JobContext } from './context.types.js';
import { isAbort } from './failure.js';
import { type KindOfParticipant, ofKinds } from './kinds.js';
import type { JobLog } from './log.js';

/**
 * Runs for one participant. `signal` aborts when the job ends and, where it was asked to, when the
 * participant leaves.
 */
export type ParticipantEntrypoint<UserData = Record<string, unknown>> = (
  ctx: JobContext<UserData>,
  participant: RemoteParticipant,
  signal: AbortSignal,
) => void | Promise<void>;

/** For whom a participant's entrypoint runs, and how long. */
export interface ParticipantEntrypointOptions {
  /** Default: anybody but an agent. */
  readonly kinds?: readonly KindOfParticipant[];
  /** Whether the signal aborts also when the participant leaves. Default: false. */
  readonly abortOnLeave?: boolean;
}

/** The entrypoints of one job's participants. */
export interface ParticipantEntrypoints {
  add(ctx: JobContext, run: ParticipantEntrypoint, options?: ParticipantEntrypointOptions): void;
  /** The room was joined: who is there has not been announced. */
  greet(): void;
  /** Whether none of them runs any more. */
  areOver(): boolean;
}

interface Needs {
  readonly roomOf: () => Room;
  readonly jobSignal: AbortSignal;
  readonly log: JobLog;
}

/** Runs functions for those who join, once for each time that somebody does. */
export function participantEntrypoints(needs: Needs): ParticipantEntrypoints {
  const added = new Map<ParticipantEntrypoint, () => void>();
  const all: ReturnType<typeof runsOf>[] = [];
  return {
    add: (ctx, run, { kinds, abortOnLeave = false } = {}) => {
      if (typeof run !== 'function')
        throw argumentError('addParticipantEntrypoint', 'a function', run);
      if (added.has(run)) throw refused('this function was added before. Add each one once');
      const isWanted = ofKinds(kinds);
      const room = needs.roomOf();
      const runs = runsOf(needs, (participant, signal) => run(ctx, participant, signal));
      const meet = (participant: RemoteParticipant): void => {
        if (isWanted(participant)) runs.start(participant);
      };
      const meetAll = (): void => {
        if (room.isConnected) for (const it of [...room.remoteParticipants.values()]) meet(it);
      };
      added.set(run, meetAll);
      all.push(runs);
      room.on('participantConnected', meet);
      if (abortOnLeave) room.on('participantDisconnected', runs.abort);
      meetAll();
    },
    greet: () => {
      for (const meetAll of [...added.values()]) meetAll();
    },
    areOver: () => all.every((runs) => runs.areOver()),
  };
}

const refused = (problem: string): WorkerError =>
  new WorkerError('ERR_INVALID_ARGUMENT', `addParticipantEntrypoint: ${problem}.`);

/** The runs of one function: one for each participant, by whoever has that identity now. */
function runsOf(
  { jobSignal, log }: Needs,
  run: (participant: RemoteParticipant, signal: AbortSignal) => void | Promise<void>,
) {
  const met = new WeakSet<RemoteParticipant>();
  const running = new Map<RemoteParticipant, AbortController>();

  return {
    start: (participant: RemoteParticipant): void => {
      if (jobSignal.aborted || met.has(participant)) return;
      met.add(participant);
      if ([...running.keys()].some(({ identity }) => identity === participant.identity)) {
        log.warn('a participant is back before its last run of an entrypoint was over');
      }
      const left = new AbortController();
      const signal = AbortSignal.any([jobSignal, left.signal]);
      running.set(participant, left);
      void guard(log, signal, async () => run(participant, signal)).then(() =>
        running.delete(participant),
      );
    },
    areOver: (): boolean => running.size === 0,
    abort: ({ identity }: RemoteParticipant): void => {
      const reason = new DOMException('the participant left', 'AbortError');
      for (const [who, left] of running) if (who.identity === identity) left.abort(reason);
    },
  };
}

/** What one run does wrong disturbs neither the others nor the job. */
async function guard(log: JobLog, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (err) {
    if (!isAbort(err, signal)) log.error({ err }, 'a participant entrypoint failed');
  }
}
