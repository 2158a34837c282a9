import {
  type ClientRequest,
  type IncomingMessage,
  request as requestHttp,
  type ServerResponse,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Duplex } from 'node:stream';

/** Sends a plain request on to the server at `target` and its answer back. */
export function forward(target: URL, request: IncomingMessage, response: ServerResponse): void {
  const onward = repeat(target, request);
  onward.once('response', (far) => {
    response.writeHead(far.statusCode ?? 502, far.rawHeaders);
    far.pipe(response);
  });
  onward.once('error', () => response.destroy());
  request.pipe(onward);
}

/** Sends an upgrade on and joins both sockets, so that every byte passes as it is. */
export function tunnel(target: URL, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const onward = repeat(target, request);
  onward.once('upgrade', (response, far, farHead) => {
    socket.write(headOf(response, response.rawHeaders));
    socket.write(farHead);
    far.write(head);
    for (const [from, to] of [[socket, far] as const, [far, socket] as const]) {
      from.pipe(to);
      from.on('error', () => {});
      from.once('close', () => to.destroy());
    }
  });
  onward.once('response', (response) => refuse(socket, response));
  onward.once('error', () => socket.destroy());
  onward.end();
}

/** Ends an upgrade with the answer that the server gave instead. */
export function refuse(socket: Duplex, response: IncomingMessage): void {
  const { 'content-type': type = 'text/plain' } = response.headers;
  socket.on('error', () => {});
  // The body arrives decoded: it ends with the connection, not by length or chunks.
  socket.write(headOf(response, ['content-type', type, 'connection', 'close']));
  response.pipe(socket);
}

function repeat(target: URL, request: IncomingMessage): ClientRequest {
  const isSecure = target.protocol === 'wss:' || target.protocol === 'https:';
  return (isSecure ? requestHttps : requestHttp)({
    hostname: target.hostname,
    port: target.port || (isSecure ? 443 : 80),
    method: request.method,
    path: request.url,
    headers: { ...request.headers, host: target.host },
  });
}

function headOf(response: IncomingMessage, rawHeaders: readonly string[]): string {
  const pairs = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}\r\n`] : [],
  );
  return `HTTP/1.1 ${response.statusCode} ${response.statusMessage}\r\n${pairs.join('')}\r\n`;
}
