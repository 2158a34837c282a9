import type { AnyEventObject, SnapshotFrom } from 'xstate';
import type { workerMachine } from '../../src/machines/worker.machine.js';
import type { Settings } from '../../src/machines/worker.types.js';
import { fakeChild, fakePort, fakePromise } from '../support/fake-ports.js';
import { isIn } from '../support/invariants.js';
import type { Invariant, Step, Walk } from '../support/paths.js';
import { settingsWith } from '../support/samples.js';
import { jobFacts, lifeFacts, loadFacts, type Memory, offerFacts } from './worker.walks.js';

type Machine = typeof workerMachine;
type Snapshot = SnapshotFrom<Machine>;
type Taken = Omit<Step<Machine, Memory>, 'memory'>;

const toLink = ({ sent }: Pick<Taken, 'sent'>, type: string): AnyEventObject[] =>
  sent.filter(({ to, event }) => to === 'link.0' && event.type === type).map((it) => it.event);

const terminal = (step: Pick<Taken, 'sent'>) =>
  toLink(step, 'status').filter(({ status }) => status !== 'running').length;

/** The actors that should run beside the pool and the server's sampler. */
const expectedChildren = ({ context: { links, requests, removals } }: Snapshot): string[] => [
  ...links.map((slot) => `link.${slot}`),
  ...requests.map(({ slot }) => `req.${slot}`),
  ...removals.map(({ slot }) => `remove.${slot}`),
];

const invariants: readonly Invariant<Machine, Memory>[] = [
  {
    title: 'has an actor for each link, request and removal it knows, and no other',
    holds: ({ after }) =>
      after.status !== 'active' ||
      Object.keys(after.children)
        .filter((id) => /^(link|req|remove)\./.test(id))
        .sort()
        .join() === expectedChildren(after).sort().join(),
  },
  {
    title: 'answers each offer once: not twice, and not never while its link lives',
    holds: ({ after, memory: { owed } }) =>
      owed === 0 || (owed === 1 && after.context.requests.some(({ phase }) => phase === 'open')),
  },
  {
    title: 'reports one terminal status for a job, and none for one that was never assigned',
    holds: ({ memory: { assigned, terminals } }) => terminals <= (assigned ? 1 : 0),
  },
  {
    title: 'forgets an assigned job only after its terminal status',
    holds: ({ after: { context }, memory: { assigned, terminals } }) =>
      !assigned ||
      context.links.length === 0 ||
      terminals === 1 ||
      context.jobs.length + context.requests.length > 0,
  },
  {
    title: 'tells the server the truth about its capacity, in the same step',
    holds: ({ after, memory: { reported } }) =>
      reported === undefined ||
      after.context.links.length === 0 ||
      after.status !== 'active' ||
      reported === (after.hasTag('available') ? 'available' : 'full'),
  },
  {
    title: 'keeps no process warm at or above its threshold but for what it accepted, once it runs',
    holds: ({ after: { value, context } }) =>
      !isIn(value, 'running') ||
      context.load < context.settings.loadThreshold ||
      context.idleTarget <= context.requests.filter(({ phase }) => phase === 'accepted').length,
  },
  {
    title: 'takes nothing new once it drains',
    holds: ({ before, after }) =>
      !before?.hasTag('draining') ||
      after.hasTag('draining') ||
      isIn(after.value, 'stopped') ||
      isIn(after.value, 'failed'),
  },
  {
    title: 'ends only when its pool is gone',
    holds: ({ after, memory: { poolGone } }) => after.status !== 'done' || poolGone,
  },
  {
    title: 'ends as failed exactly when it has a cause',
    holds: ({ after }) =>
      after.status !== 'done' ||
      (isIn(after.value, 'failed') === (after.output?.failure !== undefined) &&
        (after.output?.outcome === 'failed') === (after.output?.failure !== undefined)),
  },
  {
    title: 'says that it stopped exactly when it ended',
    holds: ({ after, emitted }) =>
      emitted.filter(({ type }) => type === 'stopped').length === (after.status === 'done' ? 1 : 0),
  },
];

function remember(memory: Memory, step: Taken): Memory {
  const { event, before, after, sent, started } = step;
  const isOffer = event.type === 'link.offered';
  const isMerged =
    isOffer &&
    before?.context.requests.some((it) => it.jobId === event.offer.id && it.phase === 'open');
  const isLost = /^link\.(lost|failed)$|^xstate\.(done|error)\.actor\.link/.test(event.type);
  const owed = memory.owed + (isOffer && !isMerged ? 1 : 0) - toLink(step, 'answer').length;
  const reports = toLink(step, 'report');
  return {
    owed: isLost ? 0 : owed,
    assigned: memory.assigned || event.type === 'link.assigned',
    terminals: Math.min(2, memory.terminals + terminal(step)),
    reported: started.includes('link.0') ? undefined : (reports.at(-1)?.status ?? memory.reported),
    poolGone:
      memory.poolGone ||
      /^xstate\.(done|error)\.actor\.pool$/.test(event.type) ||
      (after.status === 'done' && after.children.pool === undefined),
    heard: memory.heard || event.type === 'http.listening',
    asked:
      memory.asked ||
      sent.some(({ to, event: { type } }) => to === 'pool' && /^(drain|shutdown|kill)$/.test(type)),
  };
}

/** Counters are cut where no guard looks any further. */
function key({ context }: Snapshot): unknown {
  const { links, requests, jobs, ended, removals, load, loadMisses, loadFaults, failure, jobsCut } =
    context;
  return [
    links,
    requests.map(({ slot, jobId, phase }) => [slot, jobId, phase]),
    jobs.map(({ jobId, phase }) => [jobId, phase]),
    ended.length > 0,
    removals,
    load >= context.settings.loadThreshold,
    Math.min(loadMisses, 3),
    loadFaults,
    context.stallToldAt,
    failure !== undefined,
    jobsCut,
    context.end,
  ];
}

const through = (
  events: Walk<Machine, Memory>['events'],
  more: Partial<Settings> = {},
): Walk<Machine, Memory> => ({
  input: { settings: settingsWith({ maxOpenOffers: 1, maxJobs: 1, ...more }) },
  provide: (machine) =>
    machine.provide({
      actors: {
        connection: fakeChild().logic as never,
        jobRequest: fakeChild().logic as never,
        processPool: fakeChild().logic as never,
        loadSampler: fakePort().logic as never,
        httpServer: fakePort().logic as never,
        participantRemoval: fakePromise().logic as never,
      },
    }),
  events,
  key,
  memory: {
    initial: {
      owed: 0,
      assigned: false,
      terminals: 0,
      reported: undefined,
      poolGone: false,
      heard: false,
      asked: false,
    },
    next: remember,
  },
  invariants,
});

/** Ways through a worker: what may break, how its load moves, offers, jobs, no health endpoints. */
export const paths: readonly Walk<Machine, Memory>[] = [
  through(lifeFacts),
  through(lifeFacts, { unregistered: true }),
  through(loadFacts),
  through(offerFacts, { maxJobs: 2 }),
  through(jobFacts),
  through(loadFacts, { http: false }),
];
