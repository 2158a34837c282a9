import type { IncomingMessage } from 'node:http';
import type { Hub } from './hub.js';
import type { ListenerInput, Rejection } from './listener.js';
import { tokenOf, verify } from './tokens.js';

/** Orders that refuse the next so many, or all until they are taken back. */
export interface Refusals<T> {
  /** Gives an order and returns what takes it back. */
  add(refusal: T, times?: number): () => void;
  /** The oldest order in force, counted as used. */
  take(): T | undefined;
}

/** Nothing is refused at first. */
export function createRefusals<T>(): Refusals<T> {
  const orders = new Set<{ readonly refusal: T; left: number }>();
  return {
    add: (refusal, times = Number.POSITIVE_INFINITY) => {
      const order = { refusal, left: times };
      orders.add(order);
      return () => void orders.delete(order);
    },
    take: () => {
      const [order] = [...orders].filter(({ left }) => left > 0);
      if (order) order.left -= 1;
      return order?.refusal;
    },
  };
}

/**
 * Decides who gets an agent socket: only the path `/agent`, only a good token with the agent
 * grant. The open server's 401 may echo the whole token; this one never does.
 */
export function createAdmission(hub: Hub, rejections: Refusals<Rejection>): ListenerInput['admit'] {
  return async (request) => {
    if (!isAgentPath(request)) return notFound;
    const rejection = rejections.take();
    if (rejection) return rejection;
    const caller = await verify(tokenOf(request), hub.keys);
    return caller?.grants.video?.agent === true ? { apiKey: caller.apiKey } : unauthorized;
  };
}

const notFound: Rejection = { status: 404, headers: {}, body: 'not found' };
const unauthorized: Rejection = {
  status: 401,
  headers: {},
  body: 'invalid authorization token',
};

const isAgentPath = ({ url = '' }: IncomingMessage): boolean =>
  /^\/+agent$/.test(url.split('?')[0] ?? '');
