import type { ServerMessage, WorkerMessage } from '@livekit/protocol';
import type { WebSocket } from 'ws';
import type { Frame } from './frame-record.js';
import { withoutToken } from './frames.js';
import type { Gate } from './gate.js';
import type { Meeting, Script } from './script.js';
import type { Timers } from './timers.js';

/** What a wire needs, and whom it tells. */
export interface WireInput {
  readonly id: string;
  readonly socket: WebSocket;
  readonly script: Script;
  readonly timers: Timers;
  /** Every frame, in the order of the wire. */
  readonly onFrame: (frame: Frame) => void;
  /** A frame that the server reads; `undefined` is garbage. Faults are applied already. */
  readonly onMessage: (message: WorkerMessage | undefined) => void;
  /** A frame that reached the socket, whatever a script then did to it. */
  readonly onArrived: (message: WorkerMessage) => void;
  /** A frame that was written. */
  readonly onWritten: (message: ServerMessage) => void;
}

/** A frame came in: it is on record before a fault meets it. */
export function arrive(
  input: WireInput,
  gate: Gate,
  message: WorkerMessage | undefined,
  cut: () => void,
): void {
  const frame = frameOf(input, 'in', message);
  const meeting = input.script.match(frame);
  input.onFrame({ ...frame, fault: nameOf(meeting) });
  if (message) input.onArrived(message);
  gate.suffer(meeting, {
    pass: () => input.onMessage(message),
    corrupt: () => input.onMessage(undefined),
    reset: cut,
  });
}

/** How a frame leaves. The writers say whether the socket was open. */
interface Exit {
  readonly write: () => boolean;
  readonly writeGarbage: () => boolean;
  readonly cut: () => void;
}

/** A frame goes out: it is on record when it was written, or when a fault kept it from that. */
export function depart(
  input: WireInput,
  gate: Gate,
  message: ServerMessage,
  { write, writeGarbage, cut }: Exit,
): void {
  const frame = frameOf(input, 'out', message);
  const meeting = input.script.match(frame);
  const record = () => input.onFrame({ ...frame, at: input.timers.now(), fault: nameOf(meeting) });
  if (meeting?.fault === 'drop' || meeting?.fault === 'reset') record();
  gate.suffer(meeting, {
    pass: () => {
      if (!write()) return;
      record();
      input.onWritten(message);
    },
    corrupt: () => {
      if (writeGarbage()) record();
    },
    reset: cut,
  });
}

const frameOf = (
  { id, timers }: WireInput,
  direction: Frame['direction'],
  message: WorkerMessage | ServerMessage | undefined,
): Frame => ({
  at: timers.now(),
  direction,
  connection: id,
  name: message?.message.case ?? 'malformed',
  message: message && withoutToken(message),
  fault: undefined,
});

function nameOf(meeting: Meeting | undefined): string | undefined {
  return typeof meeting?.fault === 'object' ? 'delay' : meeting?.fault;
}
