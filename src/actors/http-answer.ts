import type { ServerResponse } from 'node:http';

/** Ends a response with a short text, or with JSON if it looks like an object. Nobody may keep it. */
export function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'Cache-Control': 'no-store',
    'Content-Length': Buffer.byteLength(body),
    'Content-Type': body.startsWith('{') ? 'application/json' : 'text/plain; charset=utf-8',
    // A body that nobody reads would otherwise be taken for the next request.
    ...(status === 405 && { Connection: 'close' }),
  });
  response.end(body);
}
