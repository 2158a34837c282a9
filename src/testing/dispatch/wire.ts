import type { ServerMessage, WorkerMessage } from '@livekit/protocol';
import { type RawData, WebSocket } from 'ws';
import type { ClosedBy } from '../ledger/records.js';
import {
  decodeWorkerFrame,
  encodeServerFrame,
  garbage,
  type WireFormat,
  withoutToken,
} from './frames.js';
import { createGate, type Gate } from './gate.js';
import type { Frame } from './records.js';
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

/** One agent socket with the faults of the script between it and the server. */
export interface Wire {
  readonly id: string;
  send(message: ServerMessage): void;
  /** Writes a payload as it is, past the script. */
  sendRaw(payload: Uint8Array | string): void;
  ping(): void;
  /** Cuts the connection without a close frame, as the open server always does. */
  cut(): void;
  /** Who ended the connection, once it has ended. */
  closedBy(): ClosedBy;
}

/** Takes over a socket. The socket's own `close` event says when it is over. */
export function createWire(input: WireInput): Wire {
  const { id, socket, timers } = input;
  const gate = createGate(timers);
  let closedBy: ClosedBy = 'worker';
  const cut = () => {
    closedBy = socket.readyState === WebSocket.OPEN ? 'server' : closedBy;
    socket.terminate();
  };
  let format: WireFormat = 'binary';

  socket.on('message', (data: RawData, isBinary: boolean) => {
    format = isBinary ? 'binary' : 'json';
    arrive(input, gate, decodeWorkerFrame(toBuffer(data), format), cut);
  });
  socket.on('ping', (data) => gate.run(() => socket.pong(data, undefined, ignore)));
  socket.on('error', cut);

  const write = (payload: Uint8Array | string): boolean => {
    const isOpen = socket.readyState === WebSocket.OPEN;
    if (isOpen) socket.send(payload, ignore);
    return isOpen;
  };
  const send = (message: ServerMessage) =>
    depart(input, gate, message, {
      write: () => write(encodeServerFrame(message, format)),
      writeGarbage: () => write(garbage),
      cut,
    });
  const ping = () => {
    if (socket.readyState === WebSocket.OPEN) socket.ping(undefined, false, ignore);
  };
  return {
    id,
    send,
    sendRaw: (payload) => gate.run(() => void write(payload)),
    ping: () => gate.run(ping),
    cut,
    closedBy: () => closedBy,
  };
}

function arrive(
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

function depart(
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

const toBuffer = (data: RawData): Buffer =>
  Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data);

/** A write that fails is followed by the socket's `close`, which is the verdict. */
const ignore = () => {};
