import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { refuse } from './http-forward.js';

/** Which way a frame goes. */
export type Direction = 'toServer' | 'toWorker';

/** Hears of each data frame before it is passed on; `connection` counts from 0. */
export type OnData = (
  direction: Direction,
  data: Uint8Array,
  isBinary: boolean,
  connection: number,
) => void;

/** Passes the WebSockets of `/agent` between workers and the server at `target`, frame by frame. */
export function agentRelay(target: URL, onData: OnData) {
  // Pings pass like everything else: a relay that answers them would hide a dead end.
  const options = { autoPong: false, perMessageDeflate: false };
  const acceptor = new WebSocketServer({ noServer: true, ...options });
  const open = new Set<WebSocket>();
  let connections = 0;

  const join = (worker: WebSocket, server: WebSocket): void => {
    const connection = connections++;
    open.add(worker);
    worker.once('close', () => open.delete(worker));
    relay(worker, server, (...frame) => onData('toServer', ...frame, connection));
    relay(server, worker, (...frame) => onData('toWorker', ...frame, connection));
  };

  const accept = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const headers = withoutHandshake(request.headers);
    const server = new WebSocket(addressAt(target, request), { headers, ...options });
    const abandon = (): void => server.terminate();
    socket.once('close', abandon);
    server.once('open', () => {
      socket.off('close', abandon);
      acceptor.handleUpgrade(request, socket, head, (worker) => join(worker, server));
    });
    server.once('unexpected-response', (_, response) => refuse(socket, response));
    server.on('error', () => socket.destroy());
  };

  const cut = (): void => {
    for (const worker of open) worker.terminate();
  };

  return { accept, cut };
}

function relay(
  from: WebSocket,
  to: WebSocket,
  hear: (data: Uint8Array, isBinary: boolean) => void,
) {
  from.on('message', (data: RawData, isBinary) => {
    const bytes = data as Buffer; // `nodebuffer` is the default kind of both ends
    hear(bytes, isBinary);
    to.send(bytes, { binary: isBinary });
  });
  from.on('ping', (data) => to.ping(data));
  from.on('pong', (data) => to.pong(data));
  from.on('error', () => {});
  from.once('close', (code, reason) => {
    if (code === 1006) to.terminate();
    else if (code === 1005) to.close();
    else to.close(code, reason);
  });
}

const addressAt = ({ protocol, host }: URL, { url = '/' }: IncomingMessage): string =>
  `${protocol.replace(/^http/, 'ws')}//${host}${url}`;

const withoutHandshake = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !/^(host|connection|upgrade|sec-websocket-.*)$/.test(name),
    ),
  );
