import type { Hub } from './hub.js';
import { toParticipantInfo, toRoomInfo } from './infos.js';
import type { Jobs } from './jobs.js';
import type {
  DispatchRecord,
  JobTypeWord,
  ParticipantRecord,
  RoomRecord,
  WorkerRecord,
} from './records.js';
import { serves } from './selection.js';

/** What starts jobs: a dispatch for its room, a participant for every dispatch of the room. */
export interface Triggers {
  dispatched(room: RoomRecord, dispatch: DispatchRecord): void;
  joined(room: RoomRecord, participant: ParticipantRecord): void;
  published(room: RoomRecord, participant: ParticipantRecord): void;
}

/** Turns what happens in rooms into jobs. Agents never trigger any. */
export function createTriggers(hub: Hub, jobs: Jobs): Triggers {
  const launch = (
    type: JobTypeWord,
    room: RoomRecord,
    dispatch: DispatchRecord,
    participant?: ParticipantRecord,
  ) => {
    for (const namespace of planJobs(hub.workers(), dispatch, type)) {
      jobs.launch({
        type,
        dispatch,
        namespace,
        room: toRoomInfo(room),
        participant: participant && toParticipantInfo(participant),
      });
    }
  };
  const launchAll = (type: JobTypeWord, room: RoomRecord, participant: ParticipantRecord) => {
    if (participant.isAgent) return;
    for (const dispatch of room.dispatches) launch(type, room, dispatch, participant);
  };
  return {
    dispatched: (room, dispatch) => {
      launch('room', room, dispatch);
      for (const participant of room.participants.filter(({ isAgent }) => !isAgent)) {
        launch('participant', room, dispatch, participant);
        if (participant.tracks.length > 0) launch('publisher', room, dispatch, participant);
      }
    },
    joined: (room, participant) => launchAll('participant', room, participant),
    published: (room, participant) => launchAll('publisher', room, participant),
  };
}

/**
 * The namespaces for which a dispatch makes a job; `undefined` is "whichever". A type of job
 * that no worker does is not started, except that a dispatch nobody serves at all gets one job, so
 * that its loss is on record.
 */
function planJobs(
  workers: readonly WorkerRecord[],
  dispatch: DispatchRecord,
  type: JobTypeWord,
): (string | undefined)[] {
  const serving = (wanted: JobTypeWord) =>
    workers.filter((worker) => serves(worker, { ...dispatch, type: wanted, namespace: undefined }));
  const able = serving(type);
  if (able.length > 0) {
    const isAutomatic = dispatch.agentName === '';
    return isAutomatic ? [...new Set(able.map(({ namespace }) => namespace))] : [undefined];
  }
  const isServed = serving('publisher').length > 0 || serving('participant').length > 0;
  return type === 'room' && !isServed ? [undefined] : [];
}
