import { expect } from 'vitest';
import type { Failure } from '../../src/errors.js';
import type { connectionMachine } from '../../src/machines/connection.machine.js';
import type {
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

export type Machine = typeof connectionMachine;
export type Promised = Behaviour<Machine>;

export const credentials = new Secret({ apiKey: 'key', apiSecret: 'secret' });
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
export const server = { edition: 'standard', version: '1.9', region: '', nodeId: 'ND_1' };
export const inputOf = (maxRetry: number): Input => ({
  slot: 2,
  url: 'ws://server.test',
  credentials,
  registration,
  maxRetry,
});

interface Setup extends FakeOptions {
  readonly maxRetry?: number;
  readonly measureRoundTrip?: boolean;
  readonly alone?: boolean;
}

/** A link whose socket is this test. */
export const start = (
  machine: Machine,
  { maxRetry = 16, measureRoundTrip, alone = false, ...more }: Setup = {},
) => {
  const socket = fakePort<Command, SocketInput, Fact>(more);
  const provided = machine.provide({ actors: { agentSocket: socket.logic } });
  const input = { ...inputOf(maxRetry), measureRoundTrip };
  return { ...run(provided, { id: 'link.2', input, alone }), socket };
};
export type Link = ReturnType<typeof start>;

export const opened: Fact = { type: 'socket.opened', jitter: 0.5 };
export const accepted: Fact = { type: 'server.registered', workerId: 'AW_1', server };
export const closed = (jitter = 0.5): Fact => ({ type: 'socket.closed', code: 1006, jitter });
export const refused = (status: number, jitter = 0.5): Fact => ({
  type: 'socket.refused',
  status,
  jitter,
});

export const open = ({ socket }: Link) => socket.say(opened);
export const register = (link: Link) => {
  open(link);
  link.socket.say(accepted);
};
/** Waits as long as the link said it would. */
export const comeBack = (link: Link) => {
  link.advance(link.context().pauseMs);
  register(link);
};

/** The states in which a link has a socket, and how it gets there. */
export const until = {
  connecting: () => {},
  registering: open,
  registered: register,
};
type Up = keyof typeof until;

/** A link in one of them, with nothing recorded yet. */
export const startIn = (state: Up, machine: Machine, setup?: Setup) => {
  const link = start(machine, setup);
  until[state](link);
  expect(link.value()).toEqual(state === 'registered' ? { registered: 'fresh' } : state);
  taken(link.toParent);
  taken(link.socket.told);
  return link;
};

/** What goes to the socket, and what the worker and the socket say. */
export const frame = (message: Message, ref?: string) => ({
  type: 'send',
  message,
  ...(ref === undefined ? {} : { ref }),
});
export const registerFrame = frame({ kind: 'register', ...registration });
export const ping = (ref: number) => ({ type: 'ping', ref });
const reportOf = (load: number, jobIds: readonly string[] = []): Report => ({
  status: 'available',
  load,
  jobIds,
});
export const report = (load: number, jobIds?: readonly string[]): Event => ({
  type: 'report',
  ...reportOf(load, jobIds),
});
export const reportFrame = (load: number, jobIds?: readonly string[]) =>
  frame({ kind: 'report', ...reportOf(load, jobIds) });
const statusOf = (jobId: string, status: JobStatus['status'] = 'success'): JobStatus => ({
  jobId,
  status,
  error: status === 'failed' ? 'it broke' : '',
});
export const status = (...of: Parameters<typeof statusOf>): Event => ({
  type: 'status',
  ...statusOf(...of),
});
export const statusFrame = (...of: Parameters<typeof statusOf>) =>
  frame({ kind: 'status', ...statusOf(...of) });
export const ponged = (ref: number): Fact => ({ type: 'socket.ponged', ref });
export const delivered = (jobId: string): Emitted => ({ type: 'link.delivered', slot: 2, jobId });

/** What the worker hears of it. */
export const because = (message: string, code = 'ERR_CONNECTION_FAILED'): Failure => ({
  code,
  message,
});
export const lost = (error: Failure, retryMs: number): Emitted => ({
  type: 'link.lost',
  slot: 2,
  error,
  retryMs,
});
export const failed = (error: Failure): Emitted => ({ type: 'link.failed', slot: 2, error });
export const unreachable = (attempts: string, { message }: Failure) =>
  because(
    `The server could not be reached in ${attempts}. The last one: ${message}`,
    'ERR_SERVER_UNREACHABLE',
  );
export const closedError = because('The server closed the connection (code 1006).');
export const keyError = (code: number) =>
  because(
    `The server refused the API key and secret (HTTP ${code}). Check LIVEKIT_API_KEY, LIVEKIT_API_SECRET and this machine's clock.`,
    'ERR_CREDENTIALS_REFUSED',
  );

/** No socket, no timer, no child. */
export const nothingIsLeft = ({ children, socket, timers }: Link) => {
  expect(children()).toEqual([]);
  expect(socket.live).toEqual([]);
  expect(timers()).toEqual([]);
};
