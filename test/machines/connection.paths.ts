import type { SnapshotFrom } from 'xstate';
import type { connectionMachine } from '../../src/machines/connection.machine.js';
import type { Event, JobStatus } from '../../src/machines/connection.types.js';
import { Secret } from '../../src/secret.js';
import { hasDeadlines, isIn, tellsWhatItEmits, toldParent } from '../support/invariants.js';
import type { Invariant, Walk } from '../support/paths.js';
import { assignmentOf, failure, offerOf } from '../support/samples.js';

type Machine = typeof connectionMachine;
type Snapshot = SnapshotFrom<Machine>;

/** What a walk remembers of the socket that is open: whether it may be spoken to. */
type Memory = 'none' | 'connecting' | 'opened' | 'introduced';

const invariants: readonly Invariant<Machine, Memory>[] = [
  hasDeadlines([]),
  tellsWhatItEmits,
  {
    title: 'has a socket in every state but backoff',
    holds: ({ after }) =>
      after.status !== 'active' ||
      (after.children.socket === undefined) === isIn(after.value, 'backoff'),
  },
  {
    title: 'registers first on every socket, and once',
    holds: ({ before, after, event, sent }) => {
      const messages = sent.filter(({ event: { type } }) => type === 'send');
      const kinds = messages.map(({ event: { message } }) => message.kind);
      if (event.type === 'socket.opened' && before && isIn(before.value, 'connecting'))
        return kinds.join() === 'register' && isIn(after.value, 'registering');
      return !kinds.includes('register');
    },
  },
  {
    title: 'says nothing more before it is registered',
    holds: ({ sent, memory, event }) =>
      memory === 'introduced' ||
      event.type === 'socket.opened' ||
      sent.every(({ to }) => to !== 'socket'),
  },
  {
    title: 'keeps every status until a pong proves its arrival',
    holds: ({ before, after, event }) => {
      const kept = new Set(after.context.outbox.map(({ ref }) => ref));
      const gone = (before?.context.outbox ?? []).filter(({ ref }) => !kept.has(ref));
      return event.type === 'socket.ponged'
        ? gone.every(({ ref }) => ref <= event.ref)
        : gone.length === 0;
    },
  },
  {
    title: 'tells the delivery of each terminal status that arrived, and of nothing else',
    holds: (step) => {
      const kept = new Set(step.after.context.outbox.map(({ ref }) => ref));
      const gone = (step.before?.context.outbox ?? []).filter(({ ref }) => !kept.has(ref));
      const terminal = gone.filter(({ status }) => status !== 'running');
      const told = toldParent(step, 'link.delivered').map(({ jobId }) => jobId);
      return told.join() === terminal.map(({ jobId }) => jobId).join();
    },
  },
  {
    title: 'tells that it is lost exactly when it begins to wait',
    holds: (step) => {
      const waits = isIn(step.after.value, 'backoff');
      const waited = step.before !== undefined && isIn(step.before.value, 'backoff');
      return toldParent(step, 'link.lost').length === (waits && !waited ? 1 : 0);
    },
  },
  {
    title: 'tells why it failed, and fails only then',
    holds: (step) =>
      toldParent(step, 'link.failed').length === (isIn(step.after.value, 'failed') ? 1 : 0) &&
      (step.after.status !== 'done' ||
        isIn(step.after.value, 'closed') ||
        step.after.output?.failure !== undefined),
  },
  {
    title: 'never gives up while jobs run, unless it is refused for good or broken',
    holds: ({ after, event }) =>
      !isIn(after.value, 'failed') ||
      (after.context.report?.jobIds.length ?? 0) === 0 ||
      event.type === 'socket.refused' ||
      event.type === 'xstate.error.actor.socket',
  },
];

const status = (jobId: string, is: JobStatus['status']) =>
  ({ type: 'status', jobId, status: is, error: '' }) as const;

const events =
  (mostStatuses: number) =>
  ({ context, children }: Snapshot): Event[] => {
    const { outbox, ref } = context;
    const socket = [
      { type: 'socket.opened', jitter: 0.5 },
      { type: 'socket.refused', status: 401, jitter: 0.5 },
      { type: 'socket.refused', status: 404, jitter: 0.5 },
      { type: 'socket.refused', status: 503, jitter: 0.5 },
      { type: 'socket.failed', error: failure, jitter: 1 },
      { type: 'socket.closed', code: 1006, jitter: 0 },
      { type: 'socket.heard' },
      { type: 'socket.wrote', ref: 'job-1' },
      { type: 'socket.reported' },
      { type: 'server.ponged', pingedAt: 0, heardAt: 5 },
      { type: 'socket.ponged', ref },
      ...outbox.slice(0, 1).map((it) => ({ type: 'socket.ponged' as const, ref: it.ref })),
      { type: 'frame.malformed' },
      {
        type: 'server.registered',
        workerId: 'AW_1',
        server: { edition: 'standard', version: '1', region: '', nodeId: 'ND_1' },
      },
      { type: 'server.offered', offer: offerOf('job-1') },
      { type: 'server.assigned', assignment: assignmentOf('job-1') },
      { type: 'server.terminated', jobId: 'job-1' },
      { type: 'xstate.error.actor.socket', error: failure, actorId: 'socket' },
    ] as const;
    return [
      { type: 'report', status: 'available', load: 0.1, jobIds: [] },
      { type: 'report', status: 'full', load: 0.6, jobIds: ['job-1'] },
      {
        type: 'answer',
        jobId: 'job-1',
        available: true,
        terminate: false,
        participation: undefined,
      },
      ...(outbox.length < mostStatuses
        ? [status('job-1', 'running'), status('job-1', 'success')]
        : []),
      { type: 'close' },
      ...(children.socket ? socket : []),
    ];
  };

/** What may matter for what comes next; counters are cut where the guards stop looking. */
function key({ context }: Snapshot): unknown {
  const { workerId, failures, refusals, report, outbox, ref, maxRetry, leaving } = context;
  return [
    workerId,
    Number.isFinite(maxRetry) ? Math.min(failures, maxRetry + 1) : 0,
    refusals,
    leaving,
    report?.jobIds.length,
    outbox.map((it) => [it.status, ref - it.ref > 0]),
  ];
}

const through = (
  maxRetry: number,
  mostStatuses: number,
  more: Partial<Walk<Machine, Memory>> = {},
): Walk<Machine, Memory> => ({
  input: {
    slot: 0,
    url: 'ws://server.test',
    credentials: new Secret({ apiKey: 'key', apiSecret: 'secret' }),
    registration: {
      workerType: 'room',
      agentName: '',
      version: '1',
      deployment: '',
      permissions: {
        canPublish: true,
        canSubscribe: true,
        canPublishData: true,
        canUpdateMetadata: true,
        canPublishSources: [],
        hidden: false,
      },
    },
    maxRetry,
  },
  events: events(mostStatuses),
  key,
  memory: {
    initial: 'none',
    next: (memory, { after, started, event }) => {
      if (started.length > 0) return 'connecting';
      if (after.children.socket === undefined) return 'none';
      if (memory === 'connecting' && event.type === 'socket.opened') return 'opened';
      if (memory === 'opened' && event.type === 'server.registered') return 'introduced';
      return memory;
    },
  },
  invariants,
  ...more,
});

/** A server that says nothing readable: here, and only here, the frames are counted. */
const unreadable: Partial<Walk<Machine, Memory>> = {
  events: [
    { type: 'socket.opened', jitter: 0.5 },
    {
      type: 'server.registered',
      workerId: 'AW_1',
      server: { edition: 'standard', version: '1', region: '', nodeId: 'ND_1' },
    },
    { type: 'frame.malformed' },
  ],
  key: ({ context: { malformed, failures } }) => [malformed, Math.min(failures, 2)],
};

/** Ways through a link: one that gives up at once, and ones that try again for ever. */
export const paths: readonly Walk<Machine, Memory>[] = [
  through(0, 1),
  through(Number.POSITIVE_INFINITY, 2),
  through(Number.POSITIVE_INFINITY, 0, unreadable),
];
