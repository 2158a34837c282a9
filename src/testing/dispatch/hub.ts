import { Secret } from '../../secret.js';
import type { WireFact } from '../ledger/records.js';
import type { Ledger } from '../ledger.js';
import { createObservers, type Observers } from './observers.js';
import type { Frame, JobRecord, Mutable, WorkerRecord } from './records.js';
import { createScript, type Script } from './script.js';
import type { Session } from './session.js';
import { type Clock, createTimers, type Timers } from './timers.js';
import type { Keys } from './tokens.js';

/** How a test server behaves. Durations are milliseconds; `Infinity` is "no limit". */
export interface TestServerOptions {
  /** Port on 127.0.0.1; `0`, the default, takes a free one. */
  readonly port?: number;
  /** API secrets by API key. Default `{ devkey: 'secret' }`. */
  readonly keys?: Readonly<Record<string, string>>;
  /** Room URL of every assignment, `null` for none, as the open server does. Default `simulated://room`. */
  readonly roomUrl?: string | null;
  /** From connecting to the register message. Default 10 s. */
  readonly registerTimeout?: number;
  /** From a dispatch to a yes, selection included. Default 3 s, so that 2.8 s remain for the answer. */
  readonly requestTimeout?: number;
  /** How long the server looks around for workers before it asks the first. Default 200 ms. */
  readonly selectionWait?: number;
  /** How long a simulated job waits for its answer. Default 10 s. */
  readonly simulateTimeout?: number;
  /** From a deleted dispatch to the removal of its agents. Default 3 s. */
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
    | 'departureTimeout'
    | 'pingInterval'
  >
>;

/** What the parts of one server share. */
export interface Hub {
  readonly limits: Limits;
  readonly keys: Keys;
  readonly roomUrl: string | undefined;
  readonly timers: Timers;
  readonly random: () => number;
  readonly script: Script;
  readonly observers: Observers;
  /** Registered workers by id. */
  readonly sessions: Map<string, Session>;
  /** Every job of this server's life by id. */
  readonly jobs: Map<string, Mutable<JobRecord>>;
  readonly frames: Frame[];
  remember(frame: Frame): void;
  /** Writes into the ledger, if there is one. */
  note(fact: WireFact): void;
  workers(): WorkerRecord[];
  /** What a restart forgets: everything under way. */
  forget(): void;
}

const defaults: Limits = {
  registerTimeout: 10_000,
  requestTimeout: 3_000,
  selectionWait: 200,
  simulateTimeout: 10_000,
  departureTimeout: 3_000,
  pingInterval: 10_000,
};

/** Fills in the options and starts with nobody registered. */
export function createHub(options: TestServerOptions): Hub {
  const {
    keys = { devkey: 'secret' },
    frameHistory = 10_000,
    roomUrl = 'simulated://room',
  } = options;
  const limitOf = (name: keyof Limits): number => options[name] ?? defaults[name];
  const observers = createObservers();
  const sessions = new Map<string, Session>();
  const jobs = new Map<string, Mutable<JobRecord>>();
  const frames: Frame[] = [];
  const timers = createTimers(options.clock);
  return {
    limits: {
      registerTimeout: limitOf('registerTimeout'),
      requestTimeout: limitOf('requestTimeout'),
      selectionWait: limitOf('selectionWait'),
      simulateTimeout: limitOf('simulateTimeout'),
      departureTimeout: limitOf('departureTimeout'),
      pingInterval: limitOf('pingInterval'),
    },
    keys: new Map(Object.entries(keys).map(([key, secret]) => [key, new Secret(secret)])),
    roomUrl: roomUrl ?? undefined,
    timers,
    random: options.random ?? Math.random,
    script: createScript(),
    observers,
    sessions,
    jobs,
    frames,
    remember: (frame) => {
      frames.push(frame);
      if (frames.length > frameHistory) frames.shift();
      observers.emit('frame', frame);
    },
    note: (fact) => options.ledger?.record({ ...fact, at: timers.now() }),
    workers: () => [...sessions.values()].map(({ record }) => record),
    forget: () => {
      timers.cancelAll();
      for (const job of jobs.values()) if (job.dispatch === 'offering') job.dispatch = 'lost';
    },
  };
}
