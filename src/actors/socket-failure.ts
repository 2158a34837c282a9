import type { Failure } from '../errors.js';
import { failureOf } from './failure.js';
import { placeOf } from './socket-route.js';

const untrusted = 'its certificate is not trusted; name its authority in caFile';

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut before it was open',
  EHOSTUNREACH: 'there is no route to this host',
  ENETUNREACH: 'there is no route to this network',
  ENOTFOUND: 'this host name is unknown',
  EAI_AGAIN: 'the name server did not answer',
  ETIMEDOUT: 'it did not answer in time',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: "its certificate is not yet valid; check this machine's clock",
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  EPROTO: 'it does not speak TLS; a server without it has an address that begins with ws',
  ERR_SSL_WRONG_VERSION_NUMBER:
    'it does not speak TLS; a server without it has an address that begins with ws',
};

/**
 * Says why no connection came about, naming the host and port of the server and of the proxy, and
 * nothing else of the addresses.
 */
export function socketFailure(url: string, error: unknown, through?: string): Failure {
  const { code, message } = failureOf(error, 'ERR_CONNECTION_FAILED');
  const server = URL.canParse(url) ? placeOf(new URL(url)) : 'the server';
  const way = through === undefined ? '' : ` through the proxy ${through}`;
  return { code, message: `Cannot connect to ${server}${way}: ${reasons[code] ?? message}.` };
}
