import fc from 'fast-check';
import { expect } from 'vitest';
import type { Failure } from '../../src/errors.js';
import type { connectionMachine } from '../../src/machines/connection.machine.js';
import type {
  Answer,
  Command,
  Emitted,
  Event,
  Fact,
  Input,
  JobStatus,
  Message,
  Report,
  SocketInput,
} from '../../src/machines/connection.types.js';
import { Secret } from '../../src/secret.js';
import type { Behaviour } from '../support/behaviour.js';
import { type FakeOptions, fakePort } from '../support/fake-ports.js';
import { run, taken } from '../support/run-machine.js';
import { assignmentOf, failure, offerOf } from '../support/samples.js';

type Machine = typeof connectionMachine;
type Promised = Behaviour<Machine>;

const credentials = new Secret({ apiKey: 'key', apiSecret: 'secret' });
const registration = {
  workerType: 'room',
  agentName: 'helper',
  version: '1.0.0',
  deployment: '',
  permissions: {
    canPublish: true,
    canSubscribe: true,
    canPublishData: true,
    canUpdateMetadata: true,
    canPublishSources: [],
    hidden: false,
  },
} as const;
const server = { edition: 'standard', version: '1.9', region: '', nodeId: 'ND_1' };
const inputOf = (maxRetry: number): Input => ({
  slot: 2,
  url: 'ws://server.test',
  credentials,
  registration,
  maxRetry,
});

interface Setup extends FakeOptions {
  readonly maxRetry?: number;
  readonly alone?: boolean;
}

const start = (machine: Machine, { maxRetry = 16, alone = false, ...more }: Setup = {}) => {
  const socket = fakePort<Command, SocketInput, Fact>(more);
  const provided = machine.provide({ actors: { agentSocket: socket.logic } });
  return { ...run(provided, { id: 'link.2', input: inputOf(maxRetry), alone }), socket };
};
type Link = ReturnType<typeof start>;

const opened: Fact = { type: 'socket.opened', jitter: 0.5 };
const accepted: Fact = { type: 'server.registered', workerId: 'AW_1', server };
const closed = (jitter = 0.5): Fact => ({ type: 'socket.closed', code: 1006, jitter });
const refused = (status: number, jitter = 0.5): Fact => ({
  type: 'socket.refused',
  status,
  jitter,
});

const open = ({ socket }: Link) => socket.say(opened);
const register = (link: Link) => {
  open(link);
  link.socket.say(accepted);
};
/** Waits as long as the link said it would. */
const comeBack = (link: Link) => {
  link.advance(link.context().pauseMs);
  register(link);
};

/** The states in which a link has a socket, and how it gets there. */
const until = {
  connecting: () => {},
  registering: open,
  registered: register,
};
type Up = keyof typeof until;

const startIn = (state: Up, machine: Machine, setup?: Setup) => {
  const link = start(machine, setup);
  until[state](link);
  expect(link.value()).toEqual(state === 'registered' ? { registered: 'fresh' } : state);
  taken(link.toParent);
  taken(link.socket.told);
  return link;
};
const frame = (message: Message, ref?: string) => ({
  type: 'send',
  message,
  ...(ref === undefined ? {} : { ref }),
});
const registerFrame = frame({ kind: 'register', ...registration });
const ping = (ref: number) => ({ type: 'ping', ref });
const reportOf = (load: number, jobIds: readonly string[] = []): Report => ({
  status: 'available',
  load,
  jobIds,
});
const report = (load: number, jobIds?: readonly string[]): Event => ({
  type: 'report',
  ...reportOf(load, jobIds),
});
const reportFrame = (load: number, jobIds?: readonly string[]) =>
  frame({ kind: 'report', ...reportOf(load, jobIds) });
const statusOf = (jobId: string, status: JobStatus['status'] = 'success'): JobStatus => ({
  jobId,
  status,
  error: status === 'failed' ? 'it broke' : '',
});
const status = (...of: Parameters<typeof statusOf>): Event => ({
  type: 'status',
  ...statusOf(...of),
});
const statusFrame = (...of: Parameters<typeof statusOf>) =>
  frame({ kind: 'status', ...statusOf(...of) });
const ponged = (ref: number): Fact => ({ type: 'socket.ponged', ref });
const delivered = (jobId: string): Emitted => ({ type: 'link.delivered', slot: 2, jobId });

const because = (message: string, code = 'ERR_CONNECTION_FAILED'): Failure => ({ code, message });
const lost = (error: Failure, retryMs: number): Emitted => ({
  type: 'link.lost',
  slot: 2,
  error,
  retryMs,
});
const failed = (error: Failure): Emitted => ({ type: 'link.failed', slot: 2, error });
const unreachable = (attempts: string, { message }: Failure) =>
  because(
    `The server could not be reached in ${attempts}. The last one: ${message}`,
    'ERR_SERVER_UNREACHABLE',
  );
const closedError = because('The server closed the connection (code 1006).');
const keyError = (code: number) =>
  because(
    `The server refused the API key and secret (HTTP ${code}). Check LIVEKIT_API_KEY, LIVEKIT_API_SECRET and this machine's clock.`,
    'ERR_CREDENTIALS_REFUSED',
  );

const nothingIsLeft = ({ children, socket, timers }: Link) => {
  expect(children()).toEqual([]);
  expect(socket.live).toEqual([]);
  expect(timers()).toEqual([]);
};

const life: readonly Promised[] = [
  {
    title: 'opens a socket to its address with its key pair',
    run: (machine) => {
      const { has, socket, toParent, value } = start(machine);

      expect(value()).toBe('connecting');
      expect(has('registered')).toBe(false);
      expect(socket.inputs).toEqual([{ url: 'ws://server.test', credentials }]);
      expect(socket.inputs[0]?.credentials).toBe(credentials);
      expect([socket.told, toParent]).toEqual([[], []]);
    },
  },
  {
    title: 'registers as soon as the socket is open, and tells who it is at the server',
    run: (machine) => {
      const { emitted, has, socket, toParent, value } = start(machine);

      socket.say(opened);
      expect(value()).toBe('registering');
      expect(taken(socket.told)).toEqual([registerFrame]);

      socket.say(accepted);
      expect(value()).toEqual({ registered: 'fresh' });
      expect(has('registered')).toBe(true);
      expect(socket.told).toEqual([]);
      expect(toParent).toEqual([{ type: 'link.registered', slot: 2, workerId: 'AW_1', server }]);
      expect(emitted).toEqual(toParent);
    },
  },
  {
    title: 'passes on what the server says',
    run: (machine) => {
      const { emitted, socket, toParent } = startIn('registered', machine);
      const offer = offerOf('job-1');
      const assignment = assignmentOf('job-1');

      socket.say({ type: 'server.offered', offer });
      socket.say({ type: 'server.assigned', assignment });
      socket.say({ type: 'server.terminated', jobId: 'job-1' });

      expect(toParent).toEqual([
        { type: 'link.offered', slot: 2, offer },
        { type: 'link.assigned', slot: 2, assignment },
        { type: 'link.terminated', slot: 2, jobId: 'job-1' },
      ]);
      expect(emitted.slice(1)).toEqual(toParent);
    },
  },
  {
    title: 'sends an answer, and tells when it left',
    run: (machine) => {
      const { send, socket, toParent } = startIn('registered', machine);
      const answer: Answer = {
        jobId: 'job-1',
        available: true,
        terminate: false,
        participation: { name: '', identity: 'agent-job-1', metadata: '', attributes: {} },
      };

      send({ type: 'answer', ...answer });
      expect(socket.told).toEqual([frame({ kind: 'answer', ...answer }, 'job-1')]);
      expect(toParent).toEqual([]);

      socket.say({ type: 'socket.wrote', ref: 'job-1' });
      expect(toParent).toEqual([{ type: 'link.answered', slot: 2, jobId: 'job-1' }]);
    },
  },
  {
    title: 'forgets an answer to a connection that is gone',
    run: (machine) => {
      const link = startIn('registered', machine);
      link.socket.say(closed());

      link.send({
        type: 'answer',
        jobId: 'job-1',
        available: false,
        terminate: false,
        participation: undefined,
      });
      comeBack(link);

      expect(link.socket.told).toEqual([registerFrame]);
    },
  },
  {
    title: 'runs without a parent, and emits what it would tell it',
    run: (machine) => {
      const link = start(machine, { alone: true });

      register(link);
      link.send(status('job-1'));
      link.socket.say(ponged(1));
      link.send({ type: 'close' });
      link.socket.say(ponged(1));
      link.socket.say({ type: 'socket.closed', code: 1000, jitter: 0 });

      expect(link.emitted).toEqual([
        { type: 'link.registered', slot: 2, workerId: 'AW_1', server },
        delivered('job-1'),
      ]);
      expect(link.output()).toEqual({ slot: 2, failure: undefined, undelivered: 0 });
    },
  },
];

/** Ways to lose a link before it is registered. */
interface Miss {
  readonly when: string;
  readonly happens: (link: Link) => void;
  readonly error: Failure;
  /** Half of the first pause where the fact, or the last one before it, said 0.5. */
  readonly retryMs?: number;
}
const says =
  (fact: Fact) =>
  ({ socket }: Link) =>
    socket.say(fact);
const ends: readonly Miss[] = [
  {
    when: 'the socket fails',
    happens: says({ type: 'socket.failed', error: failure, jitter: 0.4 }),
    error: failure,
    retryMs: 200,
  },
  { when: 'the socket is closed', happens: says(closed()), error: closedError },
];
const misses: Readonly<Record<'connecting' | 'registering', readonly Miss[]>> = {
  connecting: [
    ...ends,
    ...[302, 429, 500, 503].map((code) => ({
      when: `the server answers ${code}`,
      happens: says(refused(code, 0.9)),
      error: because(`The server answered with HTTP ${code}.`),
      retryMs: 450,
    })),
    {
      when: 'no connection is there in 10 s',
      happens: ({ advance, value }) => {
        advance(9_999);
        expect(value()).toBe('connecting');
        advance(1);
      },
      error: because('The connection was not established in 10 s.'),
    },
  ],
  registering: [
    ...ends,
    ...(
      [
        ['an offer', { type: 'server.offered', offer: offerOf('job-1') }],
        ['an assignment', { type: 'server.assigned', assignment: assignmentOf('job-1') }],
        ['a termination', { type: 'server.terminated', jobId: 'job-1' }],
        ['an unreadable frame', { type: 'frame.malformed' }],
      ] as const
    ).map(([what, fact]) => ({
      when: `${what} comes first`,
      happens: says(fact),
      error: because('The server spoke before it answered the registration.'),
    })),
    {
      when: 'the server does not answer in 10 s',
      happens: ({ advance, value }) => {
        advance(9_999);
        expect(value()).toBe('registering');
        advance(1);
      },
      error: because('The server did not answer the registration in 10 s.'),
    },
  ],
};

const retries = (state: keyof typeof misses, miss: Miss): Promised => ({
  title: `drops the socket and tries again when ${miss.when} while ${state}`,
  run: (machine) => {
    const link = startIn(state, machine);
    const retryMs = miss.retryMs ?? 250;

    miss.happens(link);
    expect(link.value()).toBe('backoff');
    expect(taken(link.toParent)).toEqual([lost(miss.error, retryMs)]);
    expect(link.emitted).toEqual([lost(miss.error, retryMs)]);
    expect([link.children(), link.socket.live]).toEqual([[], []]);
    expect(link.timers()).toEqual([retryMs]);

    link.advance(retryMs - 1);
    expect(link.socket.instances).toHaveLength(1);
    link.advance(1);
    expect(link.value()).toBe('connecting');
    expect(link.socket.live).toHaveLength(1);
  },
});

const givesUp = (state: keyof typeof misses, miss: Miss): Promised => ({
  title: `fails, with the cause, when ${miss.when} while ${state} and no retry is left`,
  run: (machine) => {
    const link = startIn(state, machine, { maxRetry: 1 });
    const error = unreachable('2 attempts', miss.error);

    miss.happens(link);
    link.advance(link.context().pauseMs);
    until[state](link);
    taken(link.toParent);
    miss.happens(link);

    expect(link.value()).toBe('failed');
    expect(link.toParent).toEqual([failed(error)]);
    expect(link.output()).toEqual({ slot: 2, failure: error, undelivered: 0 });
    nothingIsLeft(link);
  },
});

const early = Object.entries(misses).flatMap(([state, list]) =>
  list.flatMap((miss) => [
    retries(state as keyof typeof misses, miss),
    givesUp(state as keyof typeof misses, miss),
  ]),
);

const failsForGood = (code: number, error: Failure): Promised => ({
  title: `fails at once when the first answer is HTTP ${code}, and retries once it was registered`,
  run: (machine) => {
    const fresh = start(machine);
    fresh.socket.say(refused(code));
    expect(fresh.output()).toEqual({ slot: 2, failure: error, undelivered: 0 });
    expect(fresh.toParent).toEqual([failed(error)]);
    nothingIsLeft(fresh);

    const known = startIn('registered', machine);
    known.socket.say(closed(0));
    known.advance(0);
    known.socket.say(refused(code, 0.5));
    expect(known.value()).toBe('backoff');
    expect(known.toParent).toEqual([lost(closedError, 0), lost(error, 500)]);
  },
});

const refusesKeys = (code: number): Promised => ({
  title: `fails at the third HTTP ${code} in a row, and does not try a fourth time`,
  run: (machine) => {
    const link = start(machine);

    for (const attempt of [1, 2, 3]) {
      expect(link.socket.instances).toHaveLength(attempt);
      link.socket.say(refused(code, 1));
      link.advance(link.context().pauseMs);
    }
    link.advance(60_000);

    expect(link.socket.instances).toHaveLength(3);
    expect(link.toParent).toEqual([
      lost(keyError(code), 500),
      lost(keyError(code), 1_000),
      failed(keyError(code)),
    ]);
    expect(link.output()).toEqual({ slot: 2, failure: keyError(code), undelivered: 0 });
    nothingIsLeft(link);
  },
});

const startsCounting = (what: string, between: (link: Link) => void): Promised => ({
  title: `counts refusals of the key pair anew after ${what}`,
  run: (machine) => {
    const link = start(machine);
    const refuse = () => {
      link.socket.say(refused(401, 0));
      link.advance(0);
    };

    refuse();
    refuse();
    between(link);
    link.advance(link.context().pauseMs);
    refuse();
    refuse();
    expect(link.value()).toBe('connecting');

    refuse();
    expect(link.value()).toBe('failed');
  },
});

const permanent: readonly Promised[] = [
  failsForGood(
    404,
    because(
      'There is no agent endpoint at this address (HTTP 404). Check LIVEKIT_URL: it is the address of a LiveKit server, without "/agent".',
    ),
  ),
  failsForGood(
    407,
    because('The proxy asks for credentials (HTTP 407). Check the proxy settings of this machine.'),
  ),
  refusesKeys(401),
  refusesKeys(403),
  startsCounting('a registration', (link) => {
    register(link);
    link.socket.say(closed(0));
  }),
  startsCounting('another answer', ({ socket }) => socket.say(refused(503, 0))),
  startsCounting('a lost connection', ({ socket }) => socket.say(closed(0))),
  {
    title: 'calls a refused key pair by its name, also when no retry is left',
    run: (machine) => {
      const link = start(machine, { maxRetry: 0 });

      link.socket.say(refused(401));

      expect(link.toParent).toEqual([failed(keyError(401))]);
    },
  },
  {
    title: 'fails for refused credentials while jobs run, since no retry would help them',
    run: (machine) => {
      const link = startIn('registered', machine);
      link.send(report(0.1, ['job-1']));
      link.socket.say(closed(0));

      for (let n = 0; n < 3; n += 1) {
        link.advance(0);
        link.socket.say(refused(401, 0));
      }

      expect(link.value()).toBe('failed');
    },
  },
];

/** Lets the next attempt fail at once. */
const miss = (link: Link, jitter = 0) => {
  link.socket.say(closed(jitter));
  link.advance(link.context().pauseMs);
};
const pauses = (link: Link) =>
  taken(link.toParent).flatMap((told) => (told.type === 'link.lost' ? [told.retryMs] : []));

const backoff: readonly Promised[] = [
  {
    title: 'waits up to twice as long each time, and never more than 10 s',
    run: (machine) => {
      const link = start(machine, { maxRetry: Number.POSITIVE_INFINITY });

      for (let n = 0; n < 7; n += 1) miss(link, 1);

      expect(pauses(link)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    },
  },
  {
    title: 'waits any part of the pause, as chance has it',
    run: (machine) => {
      const link = start(machine);

      for (const jitter of [0, 0.5, 0.25, 0.999]) miss(link, jitter);

      expect(pauses(link)).toEqual([0, 500, 500, 3_996]);
    },
  },
  {
    title: 'uses the last chance it heard of when time alone ended the attempt',
    run: (machine) => {
      const link = start(machine);

      miss(link, 0.1);
      link.advance(10_000);
      link.advance(100);
      link.socket.say({ type: 'socket.opened', jitter: 0.9 });
      link.advance(10_000);

      expect(pauses(link)).toEqual([50, 100, 1_800]);
    },
  },
  {
    title: 'starts with short pauses again only after 10 s of being registered',
    run: (machine) => {
      const link = start(machine);
      miss(link, 1);
      miss(link, 1);
      const stays = (ms: number) => {
        register(link);
        for (let at = 0; at < ms; at += 1_000) {
          link.socket.say({ type: 'socket.heard' });
          link.advance(Math.min(1_000, ms - at));
        }
        miss(link, 1);
      };

      stays(0);
      stays(9_999);
      stays(10_000);

      expect(pauses(link)).toEqual([500, 1_000, 2_000, 4_000, 500]);
    },
  },
  {
    title: 'fails after maxRetry retries in a row, and a registration starts the count anew',
    run: (machine) => {
      const link = start(machine, { maxRetry: 2 });
      miss(link);
      miss(link);
      register(link);
      link.socket.say(closed(0));
      link.advance(0);
      taken(link.toParent);

      miss(link);
      miss(link);
      expect(link.value()).toBe('connecting');
      link.socket.say(closed(0));

      const error = unreachable('3 attempts', closedError);
      expect(taken(link.toParent).slice(-1)).toEqual([failed(error)]);
      expect(link.output()).toEqual({ slot: 2, failure: error, undelivered: 0 });
    },
  },
  {
    title: 'does not give up while jobs run, and counts no attempt then',
    run: (machine) => {
      const link = startIn('registered', machine, { maxRetry: 1 });
      link.send(report(0.1, ['job-1']));

      for (let n = 0; n < 20; n += 1) miss(link);
      expect(link.value()).toBe('connecting');

      link.send(report(0));
      miss(link);
      expect(link.value()).toBe('connecting');
      miss(link);
      expect(link.value()).toBe('failed');
    },
  },
  {
    title: 'tries for ever when maxRetry is Infinity',
    run: (machine) => {
      const link = start(machine, { maxRetry: Number.POSITIVE_INFINITY });

      for (let n = 0; n < 100; n += 1) miss(link);

      expect(link.value()).toBe('connecting');
      expect(link.timers()).toEqual([10_000]);
    },
  },
];

const drops = (when: string, error: Failure, happens: (link: Link) => void): Promised => ({
  title: `drops a registered link and comes back when ${when}`,
  run: (machine) => {
    const link = startIn('registered', machine);

    happens(link);

    expect(link.value()).toBe('backoff');
    expect(link.toParent).toEqual([lost(error, 250)]);
    expect([link.children(), link.socket.live]).toEqual([[], []]);
    expect(link.socket.told).not.toContainEqual({ type: 'close' });
    comeBack(link);
    expect(link.value()).toEqual({ registered: 'fresh' });
  },
});

const health: readonly Promised[] = [
  drops('the socket is closed', closedError, ({ socket }) => socket.say(closed())),
  drops('the socket fails', failure, ({ socket }) =>
    socket.say({ type: 'socket.failed', error: failure, jitter: 0.5 }),
  ),
  drops(
    'nothing is heard for 10 s',
    because('Nothing was heard from the server for 10 s.'),
    ({ advance, value }) => {
      advance(9_999);
      expect(value()).toEqual({ registered: 'probing' });
      advance(1);
    },
  ),
  drops(
    'ten unreadable frames come in 10 s',
    because('Ten unreadable frames came within 10 s.'),
    ({ advance, socket, value }) => {
      for (let n = 0; n < 9; n += 1) socket.say({ type: 'frame.malformed' });
      socket.say({ type: 'socket.heard' });
      advance(4_999);
      socket.say({ type: 'socket.heard' });
      advance(4_999);
      expect(value()).toEqual({ registered: 'fresh' });
      socket.say({ type: 'frame.malformed' });
    },
  ),
  {
    title: 'lives with unreadable frames that are spread over more than 10 s',
    run: (machine) => {
      const { advance, socket, toParent, value } = startIn('registered', machine);

      for (let n = 0; n < 30; n += 1) {
        socket.say({ type: 'socket.heard' });
        socket.say({ type: 'frame.malformed' });
        advance(1_112);
      }

      expect(value()).toEqual({ registered: 'fresh' });
      expect(toParent).toEqual([]);
    },
  },
  {
    title: 'pings after 5 s of silence, and any sign of life will do',
    run: (machine) => {
      const { advance, socket, value } = startIn('registered', machine);

      advance(4_999);
      socket.say({ type: 'socket.heard' });
      advance(4_999);
      expect(socket.told).toEqual([]);

      advance(1);
      expect(socket.told).toEqual([ping(0)]);
      expect(value()).toEqual({ registered: 'probing' });

      advance(4_999);
      socket.say({ type: 'socket.heard' });
      expect(value()).toEqual({ registered: 'fresh' });
      advance(5_000);
      expect(socket.told).toEqual([ping(0), ping(0)]);
    },
  },
];

const memory: readonly Promised[] = [
  {
    title: 'sends each report at once while it is registered',
    run: (machine) => {
      const { send, socket } = startIn('registered', machine);

      send(report(0.1));
      send(report(0.2, ['job-1']));

      expect(socket.told).toEqual([reportFrame(0.1), reportFrame(0.2, ['job-1'])]);
    },
  },
  {
    title: 'keeps only the newest report while it is away',
    run: (machine) => {
      const link = startIn('connecting', machine);

      link.send(report(0.1));
      link.send(report(0.2));
      register(link);

      expect(link.socket.told).toEqual([registerFrame, reportFrame(0.2)]);
    },
  },
  {
    title: 'comes back with report, running jobs and what it could not deliver, in this order',
    run: (machine) => {
      const link = startIn('registered', machine);
      link.send(report(0.3, ['job-1', 'job-2']));
      link.send(status('job-1', 'running'));
      link.socket.say(closed());
      link.send(status('job-2', 'failed'));
      link.send(report(0.2, ['job-1']));
      taken(link.socket.told);

      comeBack(link);

      expect(link.socket.told).toEqual([
        registerFrame,
        reportFrame(0.2, ['job-1']),
        frame({ kind: 'migrate', jobIds: ['job-1'] }),
        statusFrame('job-1', 'running'),
        statusFrame('job-2', 'failed'),
        ping(2),
      ]);
    },
  },
  {
    title: 'sends a status with a ping behind it, and tells that it arrived at the pong',
    run: (machine) => {
      const { context, emitted, send, socket, toParent } = startIn('registered', machine);

      send(status('job-1', 'running'));
      send(status('job-1'));
      expect(socket.told).toEqual([
        statusFrame('job-1', 'running'),
        ping(1),
        statusFrame('job-1'),
        ping(2),
      ]);

      socket.say(ponged(1));
      expect(toParent).toEqual([]);
      socket.say(ponged(2));
      expect(toParent).toEqual([delivered('job-1')]);
      expect(emitted.slice(1)).toEqual(toParent);
      expect(context().outbox).toEqual([]);
    },
  },
  {
    title: 'sends again what no pong confirmed, and nothing that one did',
    run: (machine) => {
      const link = startIn('registered', machine);
      link.send(status('job-1'));
      link.send(status('job-2', 'failed'));
      link.send(status('job-3'));
      link.socket.say(ponged(1));
      link.socket.say(closed());
      taken(link.socket.told);
      taken(link.toParent);

      comeBack(link);
      expect(link.socket.told).toEqual([
        registerFrame,
        statusFrame('job-2', 'failed'),
        statusFrame('job-3'),
        ping(3),
      ]);

      link.socket.say(ponged(3));
      expect(link.toParent.slice(1)).toEqual([delivered('job-2'), delivered('job-3')]);
    },
  },
  {
    title: 'says nothing but its registration before it is registered',
    run: (machine) => {
      const link = startIn('registering', machine);

      link.send(report(0.1, ['job-1']));
      link.send(status('job-1', 'running'));
      link.socket.say({ type: 'socket.heard' });

      expect(link.socket.told).toEqual([]);
    },
  },
];

const closesAtOnce = (where: string, getThere: (link: Link) => void): Promised => ({
  title: `closes at once when asked to ${where}`,
  run: (machine) => {
    const link = start(machine);
    getThere(link);
    taken(link.toParent);

    link.send({ type: 'close' });

    expect(link.value()).toBe('closed');
    expect(link.output()).toMatchObject({ slot: 2, undelivered: 0 });
    expect(link.toParent).toEqual([]);
    nothingIsLeft(link);
  },
});

const startClosing = (machine: Machine, statuses: readonly string[] = []) => {
  const link = startIn('registered', machine);
  for (const jobId of statuses) link.send(status(jobId));
  taken(link.socket.told);
  link.send({ type: 'close' });
  return link;
};
const isClosed = (link: Link, undelivered = 0) => {
  expect(link.value()).toBe('closed');
  expect(link.output()).toEqual({ slot: 2, failure: undefined, undelivered });
  nothingIsLeft(link);
};
const socketEnds = [
  ['is closed', closed(), closedError],
  ['fails', { type: 'socket.failed', error: failure, jitter: 0.5 }, failure],
] as const;

const endsWith = (how: string, fact: Fact): Promised => ({
  title: `is closed when the socket ${how} while it says goodbye`,
  run: (machine) => {
    const flushing = startClosing(machine);
    flushing.socket.say(fact);
    isClosed(flushing);

    const leaving = startClosing(machine, ['job-1']);
    leaving.advance(500);
    leaving.socket.say(fact);
    isClosed(leaving, 1);
  },
});

const flushesAgain = (how: string, fact: Fact, error: Failure): Promised => ({
  title: `comes back to deliver a status when the socket ${how} before the pong, then closes`,
  run: (machine) => {
    const link = startClosing(machine, ['job-1']);

    link.socket.say(fact);
    expect(link.value()).toBe('backoff');
    expect(taken(link.toParent)).toEqual([lost(error, 250)]);
    taken(link.socket.told);

    comeBack(link);
    expect(link.socket.told.slice(0, 3)).toEqual([registerFrame, statusFrame('job-1'), ping(1)]);
    link.socket.say(ponged(1));
    link.socket.say({ type: 'socket.closed', code: 1000, jitter: 0 });
    expect(link.toParent.slice(1)).toEqual([delivered('job-1')]);
    isClosed(link);
  },
});

const closing: readonly Promised[] = [
  closesAtOnce('while it connects', () => {}),
  closesAtOnce('while it registers', open),
  closesAtOnce('while it waits', ({ socket }) => socket.say(closed())),
  {
    title: 'closes the socket behind everything that it sent',
    run: (machine) => {
      const link = startClosing(machine);
      expect(link.value()).toEqual({ closing: 'flushing' });
      expect(taken(link.socket.told)).toEqual([ping(0)]);

      link.socket.say(ponged(0));
      expect(link.value()).toEqual({ closing: 'leaving' });
      expect(taken(link.socket.told)).toEqual([{ type: 'close' }]);

      link.socket.say({ type: 'socket.closed', code: 1000, jitter: 0 });
      expect(link.toParent).toEqual([]);
      isClosed(link);
    },
  },
  {
    title: 'does not close faster when asked twice',
    run: (machine) => {
      const link = startClosing(machine);

      link.send({ type: 'close' });
      expect(link.value()).toEqual({ closing: 'flushing' });
      link.socket.say(ponged(0));
      link.send({ type: 'close' });
      expect(link.value()).toEqual({ closing: 'leaving' });
    },
  },
  {
    title: 'leaves when the last status has arrived, not before',
    run: (machine) => {
      const link = startClosing(machine, ['job-1']);
      link.send(status('job-2'));
      expect(link.socket.told).toEqual([ping(1), statusFrame('job-2'), ping(2)]);

      link.socket.say(ponged(1));
      expect(link.value()).toEqual({ closing: 'flushing' });
      expect(link.toParent).toEqual([delivered('job-1')]);

      link.socket.say(ponged(2));
      expect(link.value()).toEqual({ closing: 'leaving' });
      expect(link.toParent).toEqual([delivered('job-1'), delivered('job-2')]);
    },
  },
  {
    title: 'waits 500 ms for the pong and 500 ms for the close, and says what is undelivered',
    run: (machine) => {
      const link = startClosing(machine, ['job-1']);

      link.advance(499);
      expect(link.value()).toEqual({ closing: 'flushing' });
      link.advance(1);
      expect(link.value()).toEqual({ closing: 'leaving' });
      expect(link.socket.told).toEqual([ping(1), { type: 'close' }]);

      link.advance(499);
      expect(link.status()).toBe('active');
      link.advance(1);
      expect(link.toParent).toEqual([]);
      isClosed(link, 1);
    },
  },
  {
    title: 'counts a status as delivered when its pong comes while it leaves',
    run: (machine) => {
      const link = startClosing(machine, ['job-1']);
      link.advance(500);

      link.socket.say(ponged(1));
      link.advance(500);

      expect(link.toParent).toEqual([delivered('job-1')]);
      isClosed(link);
    },
  },
  {
    title: 'sends no report, and takes no offer, while it closes',
    run: (machine) => {
      const link = startClosing(machine);
      taken(link.socket.told);

      link.send(report(0.1));
      link.socket.say({ type: 'server.offered', offer: offerOf('job-1') });

      expect([link.socket.told, link.toParent]).toEqual([[], []]);
    },
  },
  ...socketEnds.map(([how, fact]) => endsWith(how, fact)),
  ...socketEnds.map(([how, fact, error]) => flushesAgain(how, fact, error)),
  {
    title: 'asked to close while it is away, delivers its statuses first',
    run: (machine) => {
      const link = startIn('registered', machine);
      link.socket.say(closed());
      link.send(status('job-1'));
      link.send({ type: 'close' });
      expect(link.value()).toBe('backoff');
      taken(link.socket.told);

      comeBack(link);
      expect(link.value()).toEqual({ closing: 'flushing' });
      expect(link.socket.told).toEqual([registerFrame, statusFrame('job-1'), ping(1), ping(1)]);

      link.socket.say(ponged(1));
      link.socket.say({ type: 'socket.closed', code: 1000, jitter: 0 });
      isClosed(link);
    },
  },
  {
    title: 'asked to close with a status to deliver, still fails when no retry is left',
    run: (machine) => {
      const link = start(machine, { maxRetry: 0 });
      link.send(status('job-1'));
      link.send({ type: 'close' });

      link.socket.say(closed());

      expect(link.output()).toEqual({
        slot: 2,
        failure: unreachable('one attempt', closedError),
        undelivered: 1,
      });
      nothingIsLeft(link);
    },
  },
];

const breaks = (where: string, getThere: (link: Link) => void): Promised => ({
  title: `fails, with the cause in a line, when its socket actor breaks ${where}`,
  run: (machine) => {
    const link = start(machine);
    getThere(link);
    taken(link.toParent);
    const error = because('torn');

    link.socket.fail(new Error('torn\nat some place'));

    expect(link.value()).toBe('failed');
    expect(link.toParent).toEqual([failed(error)]);
    expect(link.output()).toEqual({ slot: 2, failure: error, undelivered: 0 });
    nothingIsLeft(link);
  },
});

const broken: readonly Promised[] = [
  breaks('while it connects', () => {}),
  breaks('while it registers', open),
  breaks('while it is registered', register),
  breaks('while it closes', (link) => {
    register(link);
    link.send({ type: 'close' });
  }),
  {
    title: 'names the actor that it was not given',
    run: (machine) => {
      const error = because(
        'The actor "agentSocket" is missing. Provide it with machine.provide({ actors: { agentSocket } }), or import the wired machine from "livekit-actors".',
        'ERR_ACTOR_NOT_PROVIDED',
      );
      for (const alone of [true, false]) {
        const { emitted, output } = run(machine, { input: inputOf(16), alone });

        expect(output()).toEqual({ slot: 2, failure: error, undelivered: 0 });
        expect(emitted).toEqual([failed(error)]);
      }
    },
  },
];

/** Whatever may happen to a link, in whatever order; a fact needs a socket to come from. */
const happenings: Readonly<Record<string, (link: Link, index: number) => void>> = {
  open: ({ socket, value }) => value() === 'connecting' && socket.say(opened),
  register: ({ socket }) => socket.say(accepted),
  refuse: ({ socket }) => socket.say(refused(503)),
  lock: ({ socket }) => socket.say(refused(401)),
  close: ({ socket }) => socket.say(closed()),
  fail: ({ socket }) => socket.say({ type: 'socket.failed', error: failure, jitter: 0.1 }),
  hear: ({ socket }) => socket.say({ type: 'socket.heard' }),
  pong: ({ context, socket }) => socket.say(ponged(context().ref)),
  latePong: ({ context, socket }) => socket.say(ponged(context().ref - 1)),
  garble: ({ socket }) => socket.say({ type: 'frame.malformed' }),
  offer: ({ socket }) => socket.say({ type: 'server.offered', offer: offerOf('job-1') }),
  run: ({ send }, index) => send(status(`job-${index}`, 'running')),
  end: ({ send }, index) => send(status(`job-${index}`)),
  report: ({ send }, index) => send(report(0, index % 2 === 0 ? [] : ['job-1'])),
  leave: ({ send }) => send({ type: 'close' }),
  wait: ({ advance }) => advance(300),
  waitLong: ({ advance }) => advance(5_000),
};

function holdsAnyway(machine: Machine, order: readonly string[]): void {
  const link = start(machine, { maxRetry: 1 });
  const { context, emitted, output, send, socket, status: state, toParent, value } = link;
  const ending: string[] = [];
  for (const [index, name] of order.entries()) {
    if (state() !== 'active') break;
    const fromSocket = !['run', 'end', 'report', 'leave', 'wait', 'waitLong'].includes(name);
    if (fromSocket && socket.live.length === 0) continue;
    if (name === 'end') ending.push(`job-${index}`);
    happenings[name]?.(link, index);
    if (state() !== 'active') break;
    expect(socket.live).toHaveLength(value() === 'backoff' ? 0 : 1);
  }

  const kept = context().outbox.flatMap((one) => (one.status === 'running' ? [] : [one.jobId]));
  const told = toParent.flatMap((event) => (event.type === 'link.delivered' ? [event.jobId] : []));
  expect([...told, ...kept]).toEqual(ending);
  expect(emitted).toEqual(toParent);
  for (const { told: commands } of socket.instances) {
    const first = commands[0];
    expect(first === undefined || (first.type === 'send' && first.message)).toEqual(
      first === undefined ? true : registerFrame.message,
    );
    expect(commands.filter((it) => it.type === 'send' && it.message.kind === 'register')).toEqual(
      first === undefined ? [] : [registerFrame],
    );
  }

  if (state() === 'active') send(report(0));
  if (state() === 'active') send({ type: 'close' });
  link.advance(60_000);
  expect(state()).toBe('done');
  expect(output()?.undelivered).toBe(context().outbox.length);
  nothingIsLeft(link);
}

const ways: readonly (readonly string[])[] = [
  [],
  ['open'],
  ['open', 'register'],
  ['open', 'register', 'close'],
  ['open', 'register', 'end', 'leave'],
];

const always: readonly Promised[] = [
  {
    title: 'loses no status, registers first on every socket and ends, in whatever order',
    run: (machine) => {
      const names = fc.constantFrom(...Object.keys(happenings), 'open', 'register');
      const orders = fc.tuple(fc.constantFrom(...ways), fc.array(names, { maxLength: 20 }));

      fc.assert(
        fc.property(orders, ([way, rest]) => holdsAnyway(machine, [...way, ...rest])),
        { numRuns: 200 },
      );
    },
  },
];

/** What a link's life promises. */
export const behaviours: readonly Promised[] = [
  ...life,
  ...early,
  ...permanent,
  ...backoff,
  ...health,
  ...memory,
  ...closing,
  ...broken,
  ...always,
];
