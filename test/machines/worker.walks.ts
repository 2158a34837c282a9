import type { SnapshotFrom } from 'xstate';
import type { workerMachine } from '../../src/machines/worker.machine.js';
import type { ActiveJob, Event, OpenRequest } from '../../src/machines/worker.types.js';
import { isIn } from '../support/invariants.js';
import { assignmentOf, failure, launchOf, offerOf, unstarted } from '../support/samples.js';

type Snapshot = SnapshotFrom<typeof workerMachine>;

/** What a walk through a worker remembers of the way, to judge the next step and to choose it. */
export interface Memory {
  /** Offers without an answer; a lost link is owed none. */
  readonly owed: number;
  readonly assigned: boolean;
  readonly terminals: number;
  /** The last status told to the link that is open. */
  readonly reported: 'available' | 'full' | undefined;
  readonly poolGone: boolean;
  /** The HTTP server listens. */
  readonly heard: boolean;
  /** The pool was told to end. */
  readonly asked: boolean;
}

const commands: readonly Event[] = [{ type: 'drain' }, { type: 'stop' }, { type: 'halt' }];
const registered: Event = {
  type: 'link.registered',
  slot: 0,
  workerId: 'AW_1',
  server: { edition: 'standard', version: '1', region: '', nodeId: 'ND_1' },
};
const lost: Event = { type: 'link.lost', slot: 0, error: failure, retryMs: 100 };
const processReady: Event = { type: 'pool.process', slot: 0, pid: 41, timings: {} };
const failed = (id: string) =>
  ({ type: `xstate.error.actor.${id}`, actorId: id, error: new Error('broke') }) as Event;
const done = (id: string, output: unknown) =>
  ({ type: `xstate.done.actor.${id}`, actorId: id, output }) as Event;
const poolDone = done('pool', { lastFailure: undefined });
const linkDone = done('link.0', { slot: 0, failure: undefined, undelivered: 0 });

const listening: Event = { type: 'http.listening', host: '127.0.0.1', port: 8081 };
const missed: Event = { type: 'load.missed', fault: 'threw', error: failure };
const awaited: Event = { type: 'load.awaited' };
const stalled: Event = { type: 'loop.stalled', stoodMs: 1_000, at: 1 };
const idleLoad: Event = { type: 'load.sampled', load: 0.1 };
const fullLoad: Event = { type: 'load.sampled', load: 0.9 };
const excessiveLoad: Event = { type: 'load.sampled', load: 5 };

/** The life of a worker without jobs, and all that may break under it. */
export const lifeFacts = ({ children }: Snapshot, { heard, asked }: Memory): Event[] => [
  ...commands,
  { type: 'start' },
  ...(children.http ? http(heard) : []),
  ...(children.pool ? pool(asked) : []),
  ...(children['link.0'] ? link : []),
  ...(children.load ? [failed('load'), fullLoad] : []),
];

const http = (heard: boolean): Event[] => [
  ...(heard ? [] : [listening, { type: 'http.failed', error: failure } as const]),
  { type: 'http.requested', request: 1, route: 'ready' },
  failed('http'),
];

const pool = (asked: boolean): Event[] => [
  processReady,
  { type: 'pool.ready' },
  { type: 'pool.failed', ...unstarted, error: failure, retryMs: 100 },
  {
    type: 'pool.failed',
    ...unstarted,
    error: { ...failure, code: 'ERR_AGENT_MODULE' },
    retryMs: 100,
  },
  { type: 'pool.degraded', error: failure },
  { type: 'pool.recovered' },
  { type: 'pool.places', places: 0 },
  { type: 'pool.places', places: undefined },
  { type: 'pool.policy', error: failure, thrown: 'a word' },
  { type: 'pool.slow', slot: 0, silentMs: 500 },
  { type: 'pool.died', slot: 0, pid: 41, jobId: undefined, error: failure },
  { type: 'pool.heavy', slot: 0, pid: 41, megabytes: 1_200, limitMb: undefined },
  ...(asked ? [poolDone] : []),
  failed('pool'),
];

const link: readonly Event[] = [
  registered,
  lost,
  { type: 'link.reported', slot: 0, status: 'available' },
  { type: 'link.measured', slot: 0, roundTripMs: 5 },
  { type: 'link.garbled', slot: 0, error: failure },
  { type: 'link.failed', slot: 0, error: failure },
  linkDone,
  failed('link.0'),
];

/** How the load of a worker moves, in every state that it may be in. */
export const loadFacts = ({ children }: Snapshot, { heard, asked }: Memory): Event[] => [
  { type: 'drain' },
  ...(children.http && !heard ? [listening] : []),
  ...(children['link.0'] ? [registered, linkDone] : []),
  ...(children.pool ? [processReady, { type: 'pool.ready' } as const] : []),
  ...(children.pool && asked ? [poolDone] : []),
  ...(children.load ? [idleLoad, fullLoad, excessiveLoad, missed, awaited, stalled] : []),
];

/** Offers to a worker that has places, warm or up: each is answered, none is assigned. */
export const offerFacts = ({ children, context }: Snapshot, memory: Memory): Event[] => {
  if (!children.http) return [];
  if (!memory.heard) return [listening];
  return [
    processReady,
    { type: 'pool.ready' },
    ...(children['link.0'] ? offers(context) : []),
    ...context.requests.flatMap((request) => requestFacts(request, memory, context)),
  ];
};

/** The life of one job of a worker that is up; another job only knocks. */
export const jobFacts = (snapshot: Snapshot, memory: Memory): Event[] => {
  const { children, context, value } = snapshot;
  const { requests, jobs, removals } = context;
  if (!children.http) return [];
  if (!memory.heard) return [listening];
  if (isIn(value, 'prewarming')) return [{ type: 'pool.ready' }];
  // A request that hears of its assignment answers in the same tick.
  if (memory.assigned && requests.some(({ phase }) => phase === 'accepted'))
    return [{ type: 'request.assigned', launch: launchOf('job-1') }];
  const isSettled = requests.length + jobs.length === 0;
  return [
    ...commands,
    ...(children['link.0'] ? [...offers(context), ...server, lost, linkDone] : []),
    ...requests.flatMap((request) => requestFacts(request, memory, context)),
    ...(isSettled ? removals.flatMap(removalFacts) : []),
    ...(children.pool && memory.asked && isSettled ? [poolDone] : []),
    ...(children.pool && !memory.poolGone
      ? [
          failed('pool'),
          ...requests.flatMap((it) => launchFacts(it, context)),
          ...jobs.flatMap(endFacts),
        ]
      : []),
  ];
};

const offers = ({ requests }: Snapshot['context']): Event[] => [
  { type: 'link.offered', slot: 0, offer: offerOf('job-1') },
  { type: 'link.offered', slot: 0, offer: offerOf('job-2'), lateMs: 2_000 },
  // One offer too many: it must not become a second request, or the walk would double.
  ...(requests.length > 0
    ? [{ type: 'link.offered', slot: 0, offer: offerOf('job-2') } as const]
    : []),
];

const server: readonly Event[] = [
  { type: 'link.answered', slot: 0, jobId: 'job-1' },
  { type: 'link.assigned', slot: 0, assignment: assignmentOf('job-1') },
  { type: 'link.delivered', slot: 0, jobId: 'job-1' },
  { type: 'link.terminated', slot: 0, jobId: 'job-1' },
];

const removalFacts = ({ slot }: { readonly slot: number }): Event[] => [
  done(`remove.${slot}`, undefined),
  failed(`remove.${slot}`),
];

const requestDone = (slot: number, jobId: string, kind: string): Event =>
  done(`req.${slot}`, { jobId, kind, reason: kind === 'launched' ? '' : 'because' });

function requestFacts(
  { slot, jobId, phase }: OpenRequest,
  { owed }: Memory,
  { jobs, ended }: Snapshot['context'],
): Event[] {
  const isStarted = jobs.length > 0 || ended.includes(jobId);
  const answer = { type: 'request.answered', jobId, terminate: false } as const;
  const { participation } = launchOf(jobId);
  if (phase === 'open') {
    return owed === 1
      ? [
          { ...answer, available: true, participation, at: 1 },
          { ...answer, available: false, participation: undefined, at: undefined },
          { type: 'request.threw', jobId, error: failure },
          failed(`req.${slot}`),
        ]
      : [requestDone(slot, jobId, 'rejected'), requestDone(slot, jobId, 'expired')];
  }
  return phase === 'accepted'
    ? [
        { type: 'request.accepted', jobId },
        requestDone(slot, jobId, 'expired'),
        failed(`req.${slot}`),
      ]
    : [requestDone(slot, jobId, isStarted ? 'launched' : 'failed')];
}

function launchFacts(
  { jobId, phase }: OpenRequest,
  { jobs, ended }: Pick<Snapshot['context'], 'jobs' | 'ended'>,
): Event[] {
  const isKnown = jobs.some((job) => job.jobId === jobId) || ended.includes(jobId);
  if (phase !== 'assigned' || isKnown) return [];
  return [
    { type: 'job.started', jobId, slot: 0, pid: 41 },
    { type: 'job.unstartable', jobId, error: failure },
  ];
}

function endFacts({ jobId, phase }: ActiveJob): Event[] {
  const end = { outcome: 'success' } as const;
  return [
    ...(phase === 'running' ? [{ type: 'job.finished', jobId, end } as const] : []),
    { type: 'job.exited', jobId, end, died: false },
    { type: 'job.exited', jobId, end: { outcome: 'failed', error: failure }, died: true },
  ];
}
