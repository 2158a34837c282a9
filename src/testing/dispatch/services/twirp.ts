import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Hub } from '../hub.js';
import { tokenOf, verify } from '../tokens.js';
import { fail, failureStatus, type Grants, type Reply } from './method.js';
import { createServices, findMethod, type ServiceInput } from './services.js';

/** More than any honest call; the open server has no limit. */
const maxBody = 10 * 1024 * 1024;

/** Answers API calls in the format in which they come, JSON or protobuf. */
export function createTwirp(hub: Hub, input: ServiceInput) {
  const services = createServices(input);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const grants = await grantsOf(request, hub);
    if (!grants) return refuse(response);
    const format = formatOf(request);
    const path = pathOf(request);
    const route = `${request.method} ${path}`;
    const unrouted = (msg: string) =>
      reply(response, undefined, fail('bad_route', msg, { twirp_invalid_route: route }));
    if (request.method !== 'POST') {
      return unrouted(`unsupported method "${request.method}" (only POST is allowed)`);
    }
    const call = findMethod(services, path);
    if (!call) return unrouted(`no handler for path "${path}"`);
    if (!format) {
      return unrouted(`unexpected Content-Type: "${request.headers['content-type'] ?? ''}"`);
    }
    const body = await readBody(request);
    reply(response, format, body ? call(body, format === 'json', grants) : tooMuch);
  };
}

/** The path of a request, whatever its query and however many slashes begin it. */
export const pathOf = ({ url = '' }: IncomingMessage): string =>
  (url.split('?')[0] ?? '').replace(/^\/+/, '/');

type Format = 'json' | 'protobuf';

const tooMuch = fail('resource_exhausted', `the request has more than ${maxBody} bytes`);

function formatOf({ headers }: IncomingMessage): Format | undefined {
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  const formats: Readonly<Record<string, Format>> = {
    'application/json': 'json',
    'application/protobuf': 'protobuf',
  };
  return formats[type.trim().toLowerCase()];
}

/** No token allows nothing; a token that is none is `undefined`. */
async function grantsOf(request: IncomingMessage, { keys }: Hub): Promise<Grants | undefined> {
  const token = tokenOf(request);
  if (token === undefined) return request.headers.authorization === undefined ? {} : undefined;
  const caller = await verify(token, keys);
  return caller && (caller.grants.video ?? {});
}

/** Before there is a call, the open server answers in plain text, and may echo the token. */
function refuse(response: ServerResponse): void {
  response.writeHead(401, { 'content-type': 'text/plain; charset=utf-8' });
  response.end('invalid authorization token');
}

function reply(response: ServerResponse, format: Format | undefined, answer: Reply): void {
  if ('failed' in answer) {
    response.writeHead(failureStatus[answer.failed.code], { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.failed));
    return;
  }
  response.writeHead(200, { 'content-type': `application/${format}` }).end(answer.body);
}

/** Reads to the end, for a caller that is cut off hears no answer. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= maxBody) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size <= maxBody ? Buffer.concat(chunks) : undefined;
}
