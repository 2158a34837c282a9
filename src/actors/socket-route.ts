import type { Agent } from 'node:http';
import type { SocketOptions } from '../machines/connection.types.js';

/** How a connection leaves this machine. Node's client and `ws` take it among their options. */
export interface Route {
  /** Opens the way through the proxy. */
  readonly agent?: Agent;
  /** Every certificate that is trusted; without it Node's own are. */
  readonly ca?: readonly string[];
}

/** The way to a server, and the place of the proxy on it. */
export interface Way {
  readonly route: Route;
  /** Host and port of the proxy. */
  readonly through: string | undefined;
}

/**
 * Finds the way to `target`. Without `httpProxy` the usual variables decide, in upper or lower
 * case: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`. Throws for a proxy that is no
 * address and for a file that cannot be read; neither error has the proxy's password.
 */
export async function wayTo(target: URL, { httpProxy, caFile }: SocketOptions = {}): Promise<Way> {
  const address = httpProxy === null ? '' : (httpProxy?.reveal() ?? (await proxyInEnv(target)));
  const proxy = address === '' ? undefined : proxyAt(address);
  const route = {
    ...(proxy && { agent: await agentFor(proxy) }),
    ...(caFile !== undefined && { ca: await trusted(caFile) }),
  };
  return { route, through: proxy && placeOf(proxy) };
}

/** Host and port of an address, and nothing else of it. */
export function placeOf({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port || (/^(wss|https):$/.test(protocol) ? 443 : 80)}`;
}

async function proxyInEnv(target: URL): Promise<string> {
  const { getProxyForUrl } = await import('proxy-from-env');
  // The variables are named after the protocol below a WebSocket.
  return getProxyForUrl(target.href.replace(/^ws/, 'http'));
}

function proxyAt(address: string): URL {
  const proxy = URL.canParse(address) ? new URL(address) : undefined;
  if (proxy && /^https?:$/.test(proxy.protocol)) return proxy;
  throw new TypeError(
    'the proxy is no http or https URL; check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY',
  );
}

async function agentFor(proxy: URL): Promise<Agent> {
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  return new HttpsProxyAgent(proxy);
}

/** Naming certificates to Node replaces its own, so these are named, too. */
async function trusted(caFile: string): Promise<readonly string[]> {
  const [{ readFile }, { rootCertificates }] = await Promise.all([
    import('node:fs/promises'),
    import('node:tls'),
  ]);
  const files = [caFile, process.env.NODE_EXTRA_CA_CERTS].filter((file) => file !== undefined);
  const own = await Promise.all(files.filter(Boolean).map((file) => readFile(file, 'utf8')));
  return [...rootCertificates, ...own];
}
