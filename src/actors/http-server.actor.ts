import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type CallbackActorLogic, type CallbackLogicFunction, fromCallback } from 'xstate';
import type { HttpCommand, HttpFact, HttpInput } from '../machines/worker.types.js';
import { answer } from './http-answer.js';
import { listenFailure } from './listen-failure.js';
import { openRequests } from './open-requests.js';

type Route = Extract<HttpFact, { type: 'http.requested' }>['route'];

const routes = new Map<string, Route>([
  ['/', 'health'],
  ['/readyz', 'ready'],
  ['/worker', 'worker'],
]);
const maxHeaderBytes = 4_096;
const maxConnections = 64;

/** Limits of the HTTP server; a test sets its own. */
export interface HttpServerOptions {
  /** For headers, whole requests, answers and idle connections; 5 s by default. */
  readonly timeoutMs?: number;
}

/**
 * Makes the real HTTP server, to be provided to a machine's `httpServer` port. Each actor owns one
 * listening port: requests for `/`, `/readyz` and `/worker` become facts that the machine answers
 * with `respond`, or 503 once their time has passed. `/livez` says 200 as long as the process can
 * answer at all. It reads no body and repeats nothing of a request. Of more than 64 connections the
 * oldest one goes, so that those who only hold them keep no probe out.
 *
 * Contract: `http.listening` or `http.failed` is reported once, and first.
 */
export const httpServer = ({
  timeoutMs = 5_000,
}: HttpServerOptions = {}): CallbackActorLogic<HttpCommand, HttpInput> => {
  const httpServerLogic: CallbackLogicFunction<HttpCommand, HttpFact, HttpInput> = ({
    input: { host, port },
    receive,
    sendBack,
  }) => {
    // Not imported: the processes of jobs load this file too, and never listen.
    const { createServer } = process.getBuiltinModule('node:http');
    const server = createServer(limits(timeoutMs));
    server.on('connection', newestOf(maxConnections));
    const open = openRequests(timeoutMs);
    receive(({ request, status, body }) => open.take(request)?.(status, body));

    server.on('request', (request, response) => {
      const route = ownAnswer(request, response);
      if (route) sendBack({ type: 'http.requested', request: open.add(response), route });
    });
    const fail = (error: unknown): void =>
      sendBack({ type: 'http.failed', error: listenFailure(host, port, error) });
    server.once('error', fail);
    server.once('listening', () => {
      // A single connection that cannot be accepted is no failure of the server.
      server.off('error', fail).on('error', () => {});
      const { address, port: bound } = server.address() as AddressInfo;
      sendBack({ type: 'http.listening', host: address, port: bound });
    });
    try {
      server.listen({ host, port });
    } catch (error) {
      fail(error);
    }

    return () => {
      open.clear();
      server.close();
      server.closeAllConnections();
    };
  };
  return fromCallback(httpServerLogic);
};

/** Keeps the newest connections. */
function newestOf(most: number): (socket: Socket) => void {
  const held = new Set<Socket>();
  return (socket) => {
    held.add(socket);
    socket.once('close', () => held.delete(socket));
    const [oldest] = held;
    if (oldest === undefined || held.size <= most) return;
    held.delete(oldest);
    oldest.destroy();
  };
}

const limits = (timeoutMs: number) => ({
  maxHeaderSize: maxHeaderBytes,
  headersTimeout: timeoutMs,
  requestTimeout: timeoutMs,
  keepAliveTimeout: timeoutMs,
  // How late a passed limit is noticed; by default that is 30 s.
  connectionsCheckingInterval: Math.min(timeoutMs, 1_000),
});

/** Answers what needs no machine; returns the route of what does. */
function ownAnswer({ method, url = '' }: IncomingMessage, response: ServerResponse) {
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    answer(response, 405, 'Method Not Allowed');
    return undefined;
  }
  const [path = ''] = url.split('?', 1);
  const route = routes.get(path);
  if (path === '/livez') answer(response, 200, 'OK');
  else if (!route) answer(response, 404, 'Not Found');
  return route;
}
