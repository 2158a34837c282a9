import type { Meeting } from './script.js';
import type { Timers } from './timers.js';

/** What may become of one frame. */
interface Passage {
  readonly pass: () => void;
  /** Garbage in the frame's place. */
  readonly corrupt: () => void;
  readonly reset: () => void;
}

/** Where the faults of a script act on one connection, in both directions. */
export interface Gate {
  /** Runs an action now, or once the connection has thawed. */
  run(action: () => void): void;
  /** Lets a frame through, or does to it what the script says. */
  suffer(meeting: Meeting | undefined, passage: Passage): void;
  /** The connection is gone, and with it all that was held back or late. */
  close(): void;
}

/** An open gate. */
export function createGate(timers: Timers): Gate {
  let held: (() => void)[] | undefined;
  let isClosed = false;
  const late = new Set<() => void>();

  const run = (action: () => void) => {
    if (held) held.push(action);
    else if (!isClosed) action();
  };
  const thaw = () => {
    const actions = held ?? [];
    held = undefined;
    for (const action of actions) run(action);
  };
  const delay = (ms: number, action: () => void) => {
    const cancel = timers.after(ms, () => {
      late.delete(cancel);
      run(action);
    });
    late.add(cancel);
  };

  return {
    run,
    close: () => {
      isClosed = true;
      held = undefined;
      for (const cancel of late) cancel();
    },
    suffer: (meeting, { pass, corrupt, reset }) => {
      const fault = meeting?.fault;
      if (meeting && fault === 'freeze') {
        held ??= [];
        meeting.onRemove(thaw);
      }
      if (fault === 'drop') return;
      if (fault === 'reset') reset();
      else if (fault === 'corrupt') run(corrupt);
      else if (typeof fault === 'object') delay(fault.delay, pass);
      else run(pass);
      if (fault === 'duplicate') run(pass);
    },
  };
}
