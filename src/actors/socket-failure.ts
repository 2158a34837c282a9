import type { Failure } from '../errors.js';
import { failureOf } from './failure.js';

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut before it was open',
  EHOSTUNREACH: 'there is no route to this host',
  ENETUNREACH: 'there is no route to this network',
  ENOTFOUND: 'this host name is unknown',
  EAI_AGAIN: 'the name server did not answer',
  ETIMEDOUT: 'it did not answer in time',
};

/** Says why no connection came about, naming host and port and nothing else of the address. */
export function socketFailure(url: string, error: unknown): Failure {
  const { code, message } = failureOf(error, 'ERR_CONNECTION_FAILED');
  return { code, message: `Cannot connect to ${placeOf(url)}: ${reasons[code] ?? message}.` };
}

function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'the server';
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (/^(wss|https):$/.test(protocol) ? 443 : 80)}`;
}
