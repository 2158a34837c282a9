import type { RoomRecord } from './records.js';
import type { Timers } from './timers.js';

/** Closes rooms in which nobody is. Agents are nobody. */
export interface Vacancy {
  /** Somebody came or left, or the room is new. */
  changed(room: RoomRecord): void;
  /** The room is gone. */
  forget(room: RoomRecord): void;
  forgetAll(): void;
}

/** Watches over rooms; `close` ends one whose time has passed. */
export function createVacancy(timers: Timers, close: (name: string) => void): Vacancy {
  const pending = new Map<string, () => void>();
  const visited = new Set<string>();
  const cancel = ({ sid }: RoomRecord) => {
    pending.get(sid)?.();
    pending.delete(sid);
  };
  return {
    changed: (room) => {
      const { sid, name, participants, emptyTimeout, departureTimeout } = room;
      if (participants.some(({ isAgent }) => !isAgent)) {
        visited.add(sid);
        return cancel(room);
      }
      if (pending.has(sid)) return;
      const limit = visited.has(sid) ? departureTimeout : emptyTimeout;
      pending.set(
        sid,
        timers.after(limit, () => close(name)),
      );
    },
    forget: (room) => {
      cancel(room);
      visited.delete(room.sid);
    },
    forgetAll: () => {
      for (const stop of pending.values()) stop();
      pending.clear();
      visited.clear();
    },
  };
}
