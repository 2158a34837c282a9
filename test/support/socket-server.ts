import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';

/** One connection as the server sees it. */
export interface ServerSide {
  readonly request: IncomingMessage;
  readonly socket: WebSocket;
}

/** A local WebSocket server on a free port that writes down who connects. */
export interface SocketServer {
  readonly port: number;
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
  /** The next connection. */
  connection(): Promise<ServerSide>;
}

/** Starts it for one test; `refuse` answers the handshake with these lines of HTTP instead. */
export async function socketServer(refuse?: string): Promise<SocketServer> {
  const http = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  const requests: IncomingMessage[] = [];
  http.on('upgrade', (request, raw: Socket, head) => {
    requests.push(request);
    raw.on('error', () => {});
    if (refuse === undefined) {
      sockets.handleUpgrade(request, raw, head, (socket) =>
        sockets.emit('connection', socket, request),
      );
    } else raw.end(refuse);
  });
  const port = await listen(http);
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    http.close();
    http.closeAllConnections();
  });
  return {
    port,
    url: `ws://127.0.0.1:${port}`,
    requests,
    connection: async () => {
      const [socket, request] = await once(sockets, 'connection');
      return { socket, request };
    },
  };
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  return port;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
