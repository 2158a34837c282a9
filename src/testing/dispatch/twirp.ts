import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Hub } from './hub.js';
import { createServices, type ServiceInput } from './services.js';
import { tokenOf, verify } from './tokens.js';
import { fail, failureStatus, type Reply } from './twirp-method.js';

const maxBody = 10 * 1024 * 1024;

/** Answers API calls in the format in which they come, JSON or protobuf. */
export function createTwirp(hub: Hub, input: ServiceInput) {
  const services = createServices(input);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const isJson = request.headers['content-type']?.startsWith('application/json') ?? false;
    const call = services.get(request.url ?? '');
    const caller = await verify(tokenOf(request), hub.keys);
    const body = await readBody(request);
    if (!call || request.method !== 'POST') return reply(response, isJson, noRoute);
    if (!caller) return reply(response, isJson, noAccess);
    if (!body) return reply(response, isJson, fail('malformed', 'the request is too large'));
    reply(response, isJson, call(body, isJson, caller.grants.video ?? {}));
  };
}

const noRoute = fail('bad_route', 'no such call');
const noAccess = fail('unauthenticated', 'invalid authorization token');

function reply(response: ServerResponse, isJson: boolean, answer: Reply): void {
  if ('failed' in answer) {
    response.writeHead(failureStatus[answer.failed.code], { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.failed));
    return;
  }
  const type = isJson ? 'application/json' : 'application/protobuf';
  response.writeHead(200, { 'content-type': type }).end(answer.body);
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > maxBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
