import { expect } from 'vitest';
import type { InspectionEvent } from 'xstate';
import { connectionMachine } from '../../src/machines/connection.machine.js';
import type {
  Message,
  Command as SocketCommand,
  Fact as SocketFact,
  SocketInput,
} from '../../src/machines/connection.types.js';
import { jobProcessMachine } from '../../src/machines/job-process.machine.js';
import type {
  Command as ChildCommand,
  Fact as ChildFact,
  ChildInput,
} from '../../src/machines/job-process.types.js';
import { jobRequestMachine } from '../../src/machines/job-request.machine.js';
import type {
  Command as HandlerCommand,
  Fact as HandlerFact,
  HandlerInput,
} from '../../src/machines/job-request.types.js';
import { processPoolMachine } from '../../src/machines/process-pool.machine.js';
import type {
  HttpCommand,
  HttpFact,
  HttpInput,
  LoadCommand,
  LoadFact,
  LoadInput,
  RemovalInput,
} from '../../src/machines/worker.types.js';
import { Secret } from '../../src/secret.js';
import { fakePort, fakePromise } from '../support/fake-ports.js';
import { fakeSampler } from '../support/fake-sampler.js';
import { run } from '../support/run-machine.js';
import { offerOf } from '../support/samples.js';
import { as, type Machine, server, settings, type WorkerBehaviour } from './worker.subject.js';

const secrets = {
  apiSecret: 'secret-of-the-key',
  token: 'token-of-the-job',
  turnPassword: 'password-of-the-room',
};

/** All five machines as they are; only their ports are this test. */
function whole(machine: Machine) {
  const socket = fakePort<SocketCommand, SocketInput, SocketFact>();
  const child = fakePort<ChildCommand, ChildInput, ChildFact>();
  const handler = fakePort<HandlerCommand, HandlerInput, HandlerFact>();
  const load = fakePort<LoadCommand, LoadInput, LoadFact>();
  const http = fakePort<HttpCommand, HttpInput, HttpFact>();
  const removal = fakePromise<void, RemovalInput>();
  const sampler = fakeSampler();
  const jobProcess = jobProcessMachine.provide({
    actors: { childProcess: child.logic, memorySampler: sampler.logic },
  });
  const actors = {
    connection: connectionMachine.provide({ actors: { agentSocket: socket.logic } }),
    jobRequest: jobRequestMachine.provide({ actors: { requestHandler: handler.logic } }),
    processPool: processPoolMachine.provide({ actors: { jobProcess: jobProcess as never } }),
    loadSampler: load.logic,
    httpServer: http.logic,
    participantRemoval: removal.logic,
  };
  const credentials = new Secret({ apiKey: 'key', apiSecret: secrets.apiSecret });
  const subject = run(machine.provide({ actors } as never), {
    input: { settings: { ...settings, credentials, numIdleProcesses: 1 } },
  });
  const inspected: InspectionEvent[] = [];
  subject.actor.system.inspect((event) => inspected.push(event));
  return { ...subject, socket, child, handler, http, load, removal, inspected };
}

type Whole = ReturnType<typeof whole>;

/** Messages that the server was sent, in order. */
const messages = ({ socket }: Whole): Message[] =>
  socket.told.flatMap((command) => (command.type === 'send' ? [command.message] : []));

/** The server has everything that was sent before the last ping. */
function pong({ socket }: Whole): void {
  const ping = socket.told.findLast(({ type }) => type === 'ping');
  if (ping?.type === 'ping') socket.say({ type: 'socket.ponged', ref: ping.ref });
}

const ready: ChildFact[] = [
  { type: 'child.spawned', pid: 4711 },
  { type: 'child.online' },
  { type: 'child.ready', timings: { ready: 300 } },
];

function becomesWarm(worker: Whole): void {
  worker.send({ type: 'start' });
  worker.http.say({ type: 'http.listening', host: '127.0.0.1', port: 8081 });
  worker.socket.say({ type: 'socket.opened', jitter: 0 });
  worker.socket.say({ type: 'server.registered', workerId: 'AW_1', server });
  for (const fact of ready) worker.child.say(fact);
}

function runsJob({ child, handler, socket }: Whole): void {
  const record = new Secret(secrets.turnPassword);
  socket.say({ type: 'server.offered', offer: offerOf('job-1', { record }) });
  handler.say({
    type: 'handler.accepted',
    call: 1,
    elapsedMs: 5,
    at: 1,
    participation: as('agent'),
  });
  socket.say({ type: 'socket.wrote', ref: 'job-1' });
  const token = new Secret(secrets.token);
  socket.say({
    type: 'server.assigned',
    assignment: { jobId: 'job-1', url: 'ws://room.test', token, record },
  });
  child.at('proc.0').say({ type: 'child.started', jobId: 'job-1' });
}

function exits({ child }: Whole, slot: number, code: number | null, signal: string | null): void {
  child.at(`proc.${slot}`).say({ type: 'child.exited', code, signal });
  child.at(`proc.${slot}`).say({ type: 'child.closed', code, signal });
}

const report = (status: 'available' | 'full', jobIds: readonly string[]): Message => ({
  kind: 'report',
  status,
  load: 0,
  jobIds,
});
const line = (status: 'running' | 'success' | 'failed', error = ''): Message => ({
  kind: 'status',
  jobId: 'job-1',
  status,
  error,
});

/** What the five machines promise together. */
export const behaviours: readonly WorkerBehaviour[] = [
  {
    title: 'brings a job from its offer to its end in a warm process, then drains (N-2)',
    run: (machine) => {
      const worker = whole(machine);
      becomesWarm(worker);
      runsJob(worker);
      worker.send({ type: 'drain' });
      const running = worker.child.at('proc.0');

      running.say({ type: 'child.finished', end: { outcome: 'success' } });
      expect(running.told.map(({ type }) => type)).toEqual(['start', 'guard']);
      pong(worker);
      expect(running.told.map(({ type }) => type)).toEqual(['start', 'guard', 'leave']);
      exits(worker, 0, 0, null);
      for (const { id, path } of worker.child.live) {
        expect(id).toBe('child');
        exits(worker, Number(path.match(/proc\.(\d+)/)?.[1]), 0, null);
      }
      pong(worker);
      worker.socket.say({ type: 'socket.closed', code: 1000, jitter: 0 });

      expect(worker.value()).toBe('stopped');
      expect(worker.output()).toEqual({ outcome: 'drained', jobsCut: 0, failure: undefined });
      expect(messages(worker).slice(1)).toEqual([
        report('full', []),
        report('available', []),
        {
          kind: 'answer',
          jobId: 'job-1',
          available: true,
          terminate: false,
          participation: as('agent'),
        },
        line('running'),
        report('available', ['job-1']),
        report('full', ['job-1']),
        line('success'),
        report('full', []),
      ]);
      expect([worker.children(), worker.timers()]).toEqual([[], []]);
      expect([worker.socket.live, worker.child.live, worker.handler.live]).toEqual([[], [], []]);
    },
  },
  {
    title: 'reports a job whose process is killed as failed in the same tick (R-D5)',
    run: (machine) => {
      const worker = whole(machine);
      becomesWarm(worker);
      runsJob(worker);

      exits(worker, 0, null, 'SIGKILL');

      expect(messages(worker).filter(({ kind }) => kind === 'status')).toEqual([
        line('running'),
        line('failed', expect.stringMatching(/SIGKILL/) as never),
      ]);
      expect(worker.removal.inputs.map(({ identity }) => identity)).toEqual(['agent']);
      expect(worker.value()).toEqual({ running: 'available' });
    },
  },
  {
    title: 'shows no secret in its snapshot or to an inspector (F-24, R-S7)',
    run: (machine) => {
      const worker = whole(machine);
      becomesWarm(worker);
      runsJob(worker);

      const snapshot = JSON.stringify(worker.actor.getPersistedSnapshot());
      const seen = worker.inspected.map((event) => JSON.stringify(plain(event))).join('\n');

      expect(seen.length).toBeGreaterThan(10_000);
      expect(seen).toMatch(/job-1/);
      for (const secret of Object.values(secrets)) {
        expect(snapshot.includes(secret), `${secret} in the snapshot`).toBe(false);
        expect(seen.includes(secret), `${secret} in the inspection`).toBe(false);
      }
    },
  },
];

/** What an inspector may send elsewhere; transitions are part of the chart and circular. */
function plain(event: InspectionEvent): object {
  const { _transitions, ...rest } = event as InspectionEvent & { _transitions?: unknown };
  return rest;
}
