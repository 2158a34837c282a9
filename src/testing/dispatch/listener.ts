import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { WorkerError } from '../../errors.js';

/** An answer to an upgrade other than yes. */
export interface Rejection {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What the listener asks and tells. */
export interface ListenerInput {
  /** Whether a socket may be upgraded, and to whose. Must not throw. */
  readonly admit: (request: IncomingMessage) => Promise<Rejection | { readonly apiKey: string }>;
  readonly onSocket: (socket: WebSocket, apiKey: string) => void;
  /** A plain request. Must not throw. */
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
}

/** One port on loopback that can be closed and opened again. */
export interface Listener {
  /** Opens the port, the given one or a free one, and returns it. */
  open(port: number): Promise<number>;
  /** Cuts every connection and frees the port. */
  close(): Promise<void>;
}

/** Does not listen yet. */
export function createListener(input: ListenerInput): Listener {
  // Pings are answered by the wire, since a frozen server must not answer them.
  const sockets = new WebSocketServer({ noServer: true, autoPong: false });
  const connections = new Set<Duplex>();
  let server: Server | undefined;
  return {
    open: async (port) => {
      server = createServer(input.onRequest);
      server.on('upgrade', (request, socket, head) => {
        connections.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => connections.delete(socket));
        void upgrade(input, sockets, request, socket, head);
      });
      return listen(server, port);
    },
    close: async () => {
      for (const socket of connections) socket.destroy();
      const closing = server;
      server = undefined;
      if (closing) await shut(closing);
    },
  };
}

async function upgrade(
  { admit, onSocket }: ListenerInput,
  sockets: WebSocketServer,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const verdict = await admit(request);
  if ('apiKey' in verdict) {
    sockets.handleUpgrade(request, socket, head, (ws) => onSocket(ws, verdict.apiKey));
    return;
  }
  const { status, headers, body } = verdict;
  const lines = Object.entries({
    'content-type': 'text/plain',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(toWorkerError(error, port)));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

const toWorkerError = (cause: Error, port: number): WorkerError =>
  'code' in cause && cause.code === 'EADDRINUSE'
    ? new WorkerError('ERR_PORT_IN_USE', `Port ${port} is taken; choose another or 0.`, { cause })
    : new WorkerError(
        'ERR_HTTP_SERVER',
        `Cannot listen on 127.0.0.1:${port}: ${cause.message}. Choose another port, or 0 for any free one.`,
        { cause },
      );

const shut = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
