import { Secret } from '../../secret.js';
import type { WireFact } from '../ledger/records.js';
import type { Frame } from './frame-record.js';
import { createObservers, type Observers } from './observers.js';
import type { JobRecord, Mutable, WorkerRecord } from './records.js';
import { createScript, type Script } from './script.js';
import { type Limits, limitsOf, type TestServerOptions } from './server-options.js';
import type { Session } from './session.js';
import { createTimers, type Timers } from './timers.js';
import type { Keys } from './tokens.js';

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

/** Fills in the options and starts with nobody registered. */
export function createHub(options: TestServerOptions): Hub {
  const {
    keys = { devkey: 'secret' },
    frameHistory = 10_000,
    roomUrl = 'simulated://room',
  } = options;
  const observers = createObservers();
  const sessions = new Map<string, Session>();
  const jobs = new Map<string, Mutable<JobRecord>>();
  const frames: Frame[] = [];
  const timers = createTimers(options.clock);
  return {
    limits: limitsOf(options),
    keys: new Map(Object.entries(keys).map(([key, secret]) => [key, new Secret(secret)])),
    roomUrl: roomUrl ?? undefined,
    timers,
    random: options.random ?? Math.random,
    script: createScript(observers.fail),
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
