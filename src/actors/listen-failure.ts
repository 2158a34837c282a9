import type { Failure } from '../errors.js';
import { failureOf } from './failure.js';

/** Says why a server cannot listen, and what to do about it. */
export function listenFailure(host: string, port: number, error: unknown): Failure {
  const { code, message } = failureOf(error, 'ERR_HTTP_SERVER');
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (code === 'EADDRINUSE') {
    return {
      code: 'ERR_PORT_IN_USE',
      message: `Another program listens on ${place}. Give the option "port" another number, or 0 for any free port.`,
    };
  }
  return {
    code,
    message: `Cannot listen on ${place}: ${message}. Check the options "host" and "port".`,
  };
}
