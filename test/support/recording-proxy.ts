import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { ServerMessage, WorkerMessage } from '@livekit/protocol';
import { agentRelay, type Direction } from './agent-relay.js';
import { startHistory } from './history.js';
import { forward, tunnel } from './http-forward.js';

/** One message as it passed; `connection` counts from 0 and changes when the worker reconnects. */
export type Frame = { readonly at: number; readonly connection: number } & (
  | { readonly direction: 'toServer'; readonly message: WorkerMessage }
  | { readonly direction: 'toWorker'; readonly message: ServerMessage }
);

/** Stands between a worker and a LiveKit server and keeps what they say to each other. */
export interface RecordingProxy {
  /** What the worker is given as its server's URL: API calls and rooms work through it too. */
  readonly url: string;
  /** Every frame of `/agent` in the order of passing. What is no LiveKit message passes unrecorded. */
  readonly frames: readonly Frame[];
  /** Resolves with the first frame that matches, also one from the past; rejects after `ms`. */
  waitFor(matches: (frame: Frame) => boolean, ms: number): Promise<Frame>;
  /** Drops every worker connection without a close frame, as a broken network does; rooms stay. */
  cut(): void;
  /** Drops everything and frees the port. */
  close(): Promise<void>;
}

/** Starts a proxy on a free loopback port in front of the LiveKit server at `target`. */
export async function recordingProxy(target: string): Promise<RecordingProxy> {
  const upstream = new URL(target);
  const history = startHistory<Frame>((frames) => frames.map(nameOf).join(', '));
  const relay = agentRelay(upstream, (direction, data, isBinary, connection) => {
    const frame = toFrame(direction, data, isBinary, connection);
    if (frame) history.add(frame);
  });

  const sockets = new Set<Duplex>();
  const server = createServer((request, response) => forward(upstream, request, response));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request, socket, head) => {
    if (/^\/+agent(\?|$)/.test(request.url ?? '')) relay.accept(request, socket, head);
    else tunnel(upstream, request, socket, head);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    frames: history.items,
    waitFor: history.waitFor,
    cut: relay.cut,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

const nameOf = ({ direction, message }: Frame): string => `${message.message.case} ${direction}`;

function toFrame(
  direction: Direction,
  data: Uint8Array,
  isBinary: boolean,
  connection: number,
): Frame | undefined {
  const at = Date.now();
  const read = <T>(type: {
    fromBinary(data: Uint8Array): T;
    fromJsonString(text: string): T;
  }): T => (isBinary ? type.fromBinary(data) : type.fromJsonString(new TextDecoder().decode(data)));
  try {
    return direction === 'toServer'
      ? { at, connection, direction, message: read(WorkerMessage) }
      : { at, connection, direction, message: read(ServerMessage) };
  } catch {
    return undefined;
  }
}
