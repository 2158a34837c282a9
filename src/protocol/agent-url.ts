/** The version of the worker protocol that is asked for. */
const workerProtocol = '1';

/**
 * Where workers connect on a server whose address is `url`: `/agent` below the address's own path,
 * its query kept, and the token of a hosted agent in it. Throws a `TypeError`, which does not
 * repeat the address, for what is no `ws:`, `wss:`, `http:` or `https:` URL.
 *
 * @example
 * toAgentUrl('https://h/lk?x=1').href; // 'wss://h/lk/agent?x=1&protocol=1'
 */
export function toAgentUrl(url: string, workerToken?: string): URL {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (!target || !/^(ws|http)s?:$/.test(target.protocol)) {
    throw new TypeError('The server address is no URL that starts with ws, wss, http or https.');
  }
  target.protocol = target.protocol.replace('http', 'ws');
  target.pathname = `${target.pathname.replace(/\/+$/, '')}/agent`;
  target.searchParams.set('protocol', workerProtocol);
  if (workerToken !== undefined) target.searchParams.set('worker_token', workerToken);
  // The socket authenticates with a token; a user and password would take its header.
  target.username = '';
  target.password = '';
  target.hash = '';
  return target;
}
