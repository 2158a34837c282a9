import type { Failure } from '../errors.js';
import { failureOf } from './failure.js';

const anotherPort = 'Give the option "port" another number, or 0 for any free port.';
const ownAddress =
  'Give the option "host" an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them.';

/** What to do about a cause, in the system's word for it. */
const remedies: Readonly<Record<string, string>> = {
  EACCES: `This user may not open it: ports below 1024 are often reserved. ${anotherPort}`,
  EADDRNOTAVAIL: ownAddress,
  ENOTFOUND: ownAddress,
  EAI_AGAIN: ownAddress,
};

/** Says why a server cannot listen, and what to do about it. */
export function listenFailure(host: string, port: number, error: unknown): Failure {
  const { code, message } = failureOf(error, '');
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (code === 'EADDRINUSE') {
    return {
      code: 'ERR_PORT_IN_USE',
      message: `Another program listens on ${place}. ${anotherPort}`,
    };
  }
  const remedy = Object.hasOwn(remedies, code)
    ? remedies[code]
    : 'Check the options "host" and "port".';
  return {
    code: 'ERR_HTTP_SERVER',
    message: `Cannot listen on ${place}: ${message}. ${remedy}`,
  };
}
