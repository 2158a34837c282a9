import { expect } from 'vitest';
import { connectionMachine } from '../../src/machines/connection.machine.js';
import type {
  Command as SocketCommand,
  Fact as SocketFact,
  SocketInput,
} from '../../src/machines/connection.types.js';
import type { LinkLogic } from '../../src/machines/worker.links.js';
import type { HttpFact, Settings } from '../../src/machines/worker.types.js';
import { fakePort } from '../support/fake-ports.js';
import { failure } from '../support/samples.js';
import {
  create,
  type Machine,
  poolRecovers,
  server,
  type Worker,
  type WorkerBehaviour,
} from './worker.subject.js';

type Route = Extract<HttpFact, { type: 'http.requested' }>['route'];

/** A worker that listens, whose link is real down to its socket. */
function listening(machine: Machine, given: Partial<Settings> = {}) {
  const socket = fakePort<SocketCommand, SocketInput, SocketFact>();
  const connection = connectionMachine.provide({ actors: { agentSocket: socket.logic } });
  const worker = create(machine, given, undefined, connection as LinkLogic);
  worker.send({ type: 'start' });
  worker.http.say({ type: 'http.listening', host: '127.0.0.1', port: 8081 });
  return { ...worker, socket };
}

function registers({ socket }: ReturnType<typeof listening>): void {
  socket.say({ type: 'socket.opened', jitter: 0 });
  socket.say({ type: 'server.registered', workerId: 'AW_1', server });
}

/** What the worker answers to a probe. */
function ask({ http }: Worker, route: Route): { status: number; body: string } {
  http.told.splice(0);
  http.say({ type: 'http.requested', request: 7, route });
  expect(http.told.map(({ type, request }) => ({ type, request }))).toEqual([
    { type: 'respond', request: 7 },
  ]);
  const [{ status, body } = { status: 0, body: '' }] = http.told;
  return { status, body };
}

const ok = { status: 200, body: 'OK' };
const no = (body: string) => ({ status: 503, body });

/** What a worker promises to those who probe its health. */
export const behaviours: readonly WorkerBehaviour[] = [
  {
    title:
      'is healthy once it was registered, also while it reconnects and drains (F-143, D-16, R-F14)',
    run: (machine) => {
      const worker = listening(machine);
      expect(ask(worker, 'health')).toEqual(no('not registered yet'));

      registers(worker);
      expect(ask(worker, 'health')).toEqual(ok);

      worker.socket.say({ type: 'socket.closed', code: 1006, jitter: 1 });
      expect(ask(worker, 'health')).toEqual(ok);

      worker.send({ type: 'drain' });
      expect(ask(worker, 'health')).toEqual(ok);
    },
  },
  {
    title:
      'is ready while it is registered and runs, and says why it is not (F-143, N-19, N-24, R-F14)',
    run: (machine) => {
      const worker = listening(machine, { maxJobs: 0 });
      expect(ask(worker, 'ready')).toEqual(no('not registered'));

      registers(worker);
      expect(ask(worker, 'ready')).toEqual(no('prewarming'));

      worker.pool.say({ type: 'pool.ready' });
      expect(ask(worker, 'ready')).toEqual(ok);

      worker.pool.say({ type: 'pool.degraded', error: failure });
      expect(ask(worker, 'ready')).toEqual(no('no process can start'));

      poolRecovers(worker);
      expect(ask(worker, 'ready')).toEqual(ok);

      worker.socket.say({ type: 'socket.closed', code: 1006, jitter: 1 });
      expect(ask(worker, 'ready')).toEqual(no('not registered'));

      worker.advance(500);
      registers(worker);
      expect(ask(worker, 'ready')).toEqual(ok);

      worker.send({ type: 'drain' });
      expect(ask(worker, 'ready')).toEqual(no('draining'));

      worker.send({ type: 'stop' });
      expect(ask(worker, 'ready')).toEqual(no('draining'));
    },
  },
  {
    title: 'is healthy and ready without a connection when it is unregistered (F-153)',
    run: (machine) => {
      const worker = listening(machine, { unregistered: true });
      expect(ask(worker, 'health')).toEqual(ok);
      expect(ask(worker, 'ready')).toEqual(no('prewarming'));

      worker.pool.say({ type: 'pool.ready' });
      expect(ask(worker, 'ready')).toEqual(ok);
    },
  },
  {
    title: 'shows the way to the server and back when it measures it (F-32)',
    run: (machine) => {
      const worker = listening(machine, { measureRoundTrip: true });
      const shown = () => JSON.parse(ask(worker, 'worker').body).server_round_trip_ms;
      expect(shown()).toBe(null);

      registers(worker);
      worker.socket.say({ type: 'server.ponged', pingedAt: 1, heardAt: 8 });
      expect(shown()).toBe(7);
    },
  },
  {
    title: 'describes itself with all fields, also those that are zero (F-144, N-17)',
    run: (machine) => {
      const worker = listening(machine, { deployment: 'blue' });
      worker.load.say({ type: 'load.sampled', load: 0.35 });

      const { status, body } = ask(worker, 'worker');

      expect(status).toBe(200);
      expect(JSON.parse(body)).toEqual({
        agent_name: 'greeter',
        agent_name_is_env: false,
        worker_type: 'JT_ROOM',
        status: 'prewarming',
        worker_load: 0.35,
        worker_load_sent: 0.345,
        active_jobs: 0,
        warm_processes: 0,
        deployment: 'blue',
        sdk_version: '1.2.3',
        protocol_version: 1,
        project_type: 'node',
      });
    },
  },
  {
    title: 'says in a word what it does (F-144)',
    run: (machine) => {
      const worker = listening(machine, { maxJobs: 0 });
      const status = () => JSON.parse(ask(worker, 'worker').body).status;
      expect(status()).toBe('prewarming');

      worker.pool.say({ type: 'pool.ready' });
      expect(status()).toBe('full');

      worker.pool.say({ type: 'pool.degraded', error: failure });
      expect(status()).toBe('degraded');

      worker.send({ type: 'drain' });
      expect(status()).toBe('draining');
    },
  },
  {
    title: 'says that it is available, and how many processes are warm (F-144)',
    run: (machine) => {
      const worker = listening(machine);
      worker.pool.hold({ members: ['warm', 'running', 'warm'].map((phase) => ({ phase })) });
      worker.pool.say({ type: 'pool.ready' });

      expect(JSON.parse(ask(worker, 'worker').body)).toMatchObject({
        status: 'available',
        warm_processes: 2,
      });
    },
  },
  {
    title: 'registers without health endpoints when none are wanted (N-46)',
    run: (machine) => {
      const { children, http, link, send } = create(machine, { http: false });
      send({ type: 'start' });

      expect(children()).toEqual(['link.0', 'load', 'pool']);
      expect([http.instances.length, link.instances.length]).toEqual([0, 1]);
    },
  },
  {
    title: 'has neither connection nor health endpoints when it wants neither (F-153, N-46)',
    run: (machine) => {
      const { children, send } = create(machine, { http: false, unregistered: true });
      send({ type: 'start' });

      expect(children()).toEqual(['load', 'pool']);
    },
  },
];
