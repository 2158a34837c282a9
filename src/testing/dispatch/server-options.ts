import type { Ledger } from '../ledger.js';
import type { Clock } from './timers.js';

/** How a test server behaves. Durations are milliseconds; `Infinity` is "no limit". */
export interface TestServerOptions {
  /** Port on 127.0.0.1; `0`, the default, takes a free one. */
  readonly port?: number;
  /** API secrets by API key. Default `{ devkey: 'secret' }`. */
  readonly keys?: Readonly<Record<string, string>>;
  /**
   * Room URL of every assignment, `null` for none, as the open server does. Default
   * `simulated://room`.
   */
  readonly roomUrl?: string | null;
  /** From connecting to the register message. Default 10 s. */
  readonly registerTimeout?: number;
  /**
   * From a dispatch to a yes, selection included. Default 3 s, so that 2.8 s remain for the answer.
   */
  readonly requestTimeout?: number;
  /** How long the server looks around for workers before it asks the first. Default 200 ms. */
  readonly selectionWait?: number;
  /** How long a simulated job waits for its answer. Default 10 s. */
  readonly simulateTimeout?: number;
  /** From a deleted dispatch to the removal of its agents. Default 3 s. */
  readonly removalTimeout?: number;
  /**
   * From the creation of a room that nobody but agents has joined to its end, unless the room has a
   * limit of its own. Default `Infinity`: who joins a simulated room in its job is not seen here.
   */
  readonly emptyTimeout?: number;
  /** The same from when all but the agents have left. Default `Infinity`. */
  readonly departureTimeout?: number;
  /** Between two pings of the server. Default 10 s. */
  readonly pingInterval?: number;
  /** Where time comes from; `SimulatedClock` of xstate fits. Default the real time. */
  readonly clock?: Clock;
  /** Picks among workers, from 0 up to 1. Default `Math.random`. */
  readonly random?: () => number;
  /** Gets the facts that I1 to I5 need. */
  readonly ledger?: Pick<Ledger, 'record'>;
  /** How many frames are remembered. Default 10,000. */
  readonly frameHistory?: number;
}

/** The durations of a server, complete. */
export type Limits = Required<
  Pick<
    TestServerOptions,
    | 'registerTimeout'
    | 'requestTimeout'
    | 'selectionWait'
    | 'simulateTimeout'
    | 'removalTimeout'
    | 'emptyTimeout'
    | 'departureTimeout'
    | 'pingInterval'
  >
>;

const defaults: Limits = {
  registerTimeout: 10_000,
  requestTimeout: 3_000,
  selectionWait: 200,
  simulateTimeout: 10_000,
  removalTimeout: 3_000,
  emptyTimeout: Number.POSITIVE_INFINITY,
  departureTimeout: Number.POSITIVE_INFINITY,
  pingInterval: 10_000,
};

/** The durations that hold, given or not. */
export function limitsOf(options: TestServerOptions): Limits {
  const of = (name: keyof Limits): number => options[name] ?? defaults[name];
  return {
    registerTimeout: of('registerTimeout'),
    requestTimeout: of('requestTimeout'),
    selectionWait: of('selectionWait'),
    simulateTimeout: of('simulateTimeout'),
    removalTimeout: of('removalTimeout'),
    emptyTimeout: of('emptyTimeout'),
    departureTimeout: of('departureTimeout'),
    pingInterval: of('pingInterval'),
  };
}
