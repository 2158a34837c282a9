import type { Row } from './rows.js';

const schemes = ['ws:', 'wss:', 'http:', 'https:'];

const parsed = (value: unknown): URL | undefined =>
  typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;

/** The address of a LiveKit server. */
export const serverAddress = (more: Pick<Row<string>, 'env' | 'flag'>): Row<string> => ({
  expects: 'a ws, wss, http or https URL without user name and password',
  accepts: (value) => {
    const url = parsed(value);
    return (
      url !== undefined &&
      schemes.includes(url.protocol) &&
      url.username === '' &&
      url.password === ''
    );
  },
  remedy: withScheme,
  ...more,
});

/** The address of a proxy, which may hold a password. */
export const proxyAddress: Row<string | null> = {
  expects: 'an http or https URL, or null for no proxy',
  accepts: (value) => value === null || /^https?:$/.test(parsed(value)?.protocol ?? ''),
  secret: true,
};

/** The same address for the worker's WebSocket. */
export const socketAddress = (url: string): string => url.replace(/^http/i, 'ws');

/** An address as it may be shown: without user, password and query. */
export const shownAddress = (value: string): string => {
  const url = parsed(value);
  if (url === undefined || (url.username + url.password + url.search).length === 0) return value;
  return `${url.protocol}//${url.username || url.password ? '[secret]@' : ''}${url.host}${url.pathname}`;
};

/** Whether an address is one of this machine. */
export const isLocalAddress = (value: string): boolean =>
  /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\]|0\.0\.0\.0)$/.test(
    parsed(value)?.hostname ?? '',
  );

/** The module of an agent. */
export const moduleAddress: Row<URL | string> = {
  expects: 'a file: URL',
  accepts: (value) => {
    const url = value instanceof URL ? value : parsed(value);
    return url?.protocol === 'file:';
  },
  remedy: () => "Write agent: new URL('./agent.js', import.meta.url).",
};

/** An address without its scheme is the commonest slip. */
function withScheme(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^[\w.-]+(:\d+)?$/.test(value)) return undefined;
  return `Perhaps ${/^(localhost|127\.)/.test(value) ? 'ws' : 'wss'}://${value}.`;
}
