import type { ServerMessage } from '@livekit/protocol';
import { type RawData, WebSocket } from 'ws';
import type { ClosedBy } from '../ledger/records.js';
import { decodeWorkerFrame, encodeServerFrame, garbage, type WireFormat } from './frames.js';
import { createGate } from './gate.js';
import { arrive, depart, type WireInput } from './traffic.js';

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
  socket.once('close', gate.close);

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

const toBuffer = (data: RawData): Buffer =>
  Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data);

/** A write that fails is followed by the socket's `close`, which is the verdict. */
const ignore = () => {};
