import type { IncomingMessage, ServerResponse } from 'node:http';
import { nanoid } from 'nanoid';
import { Secret } from '../secret.js';
import { createAdmission, createRefusals } from './dispatch/admission.js';
import { serveConnection } from './dispatch/connection.js';
import { controlsOf, faultsOf, sessionOf } from './dispatch/controls.js';
import { createHub, type Hub } from './dispatch/hub.js';
import { checkServerOptions } from './dispatch/inputs.js';
import { createJobs } from './dispatch/jobs.js';
import { createListener, type Listener, type Rejection } from './dispatch/listener.js';
import { describeServer } from './dispatch/registration.js';
import type { Rooms } from './dispatch/room-records.js';
import { createRooms } from './dispatch/rooms.js';
import type { TestServerOptions } from './dispatch/server-options.js';
import { createTwirp, pathOf } from './dispatch/services/twirp.js';
import type { TestServer } from './dispatch/test-server.js';

/**
 * Starts a dispatch server on loopback that treats workers as the open LiveKit server does: the
 * real protocol, its selection, its deadlines, its silences. It is a development tool without
 * media, not a LiveKit server: its assignments carry a `simulated:` room URL.
 *
 * @throws WorkerError `ERR_INVALID_OPTIONS` naming all that is wrong; `ERR_PORT_IN_USE`, or
 * `ERR_HTTP_SERVER` for a port that does not open.
 *
 * @example
 * const server = await createTestServer();
 * // … run a worker against `server.url` with `server.apiKey` and `server.apiSecret` …
 * server.createRoom({ name: 'lobby' });
 * await server.waitFor(() => server.jobs[0]?.status === 'success');
 * await server.stop();
 */
export async function createTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  checkServerOptions(options);
  const hub = createHub(options);
  const jobs = createJobs(hub);
  const rooms = createRooms(hub, jobs);
  const rejections = createRefusals<Rejection>();
  const registrations = createRefusals<true>();
  const serverInfo = describeServer(`ND_${nanoid(12)}`);
  const listener = createListener({
    admit: createAdmission(hub, rejections),
    onSocket: (socket, apiKey) =>
      serveConnection({
        socket,
        apiKey,
        hub,
        jobs,
        serverInfo,
        refuses: () => registrations.take() ?? false,
      }),
    onRequest: createHttp(hub, rooms),
  });
  const port = await listener.open(options.port ?? 0);
  const [[apiKey, apiSecret] = ['', new Secret('')]] = [...hub.keys];

  return {
    url: `ws://127.0.0.1:${port}`,
    httpUrl: `http://127.0.0.1:${port}`,
    port,
    apiKey,
    apiSecret,
    get rooms() {
      return rooms.list();
    },
    get jobs() {
      return [...hub.jobs.values()];
    },
    get workers() {
      return hub.workers();
    },
    get frames() {
      return hub.frames;
    },
    ...controlsOf(rooms),
    simulateJob: (workerId, input) => jobs.offer(sessionOf(hub, workerId), input),
    terminate: jobs.terminate,
    ...faultsOf(hub, registrations, rejections),
    on: hub.observers.on,
    waitFor: hub.observers.waitFor,
    restart: async ({ whileDown } = {}) => {
      await shut(hub, listener);
      rooms.clear();
      await whileDown?.();
      await listener.open(port);
    },
    stop: () => shut(hub, listener),
  };
}

function createHttp(hub: Hub, rooms: Rooms) {
  const twirp = createTwirp(hub, { rooms, jobs: () => [...hub.jobs.values()] });
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (pathOf(request).startsWith('/twirp/')) {
      twirp(request, response).catch(() => response.destroy());
    } else {
      const isHealth = request.method === 'GET' && request.url === '/';
      response.writeHead(isHealth ? 200 : 404, { 'content-type': 'text/plain' });
      response.end(isHealth ? 'OK' : 'not found');
    }
  };
}

async function shut(hub: Hub, listener: Listener): Promise<void> {
  for (const session of hub.sessions.values()) session.cut();
  await listener.close();
  await everybodyGone(hub);
  hub.forget();
}

const everybodyGone = ({ sessions, observers }: Hub): Promise<void> =>
  new Promise((resolve) => {
    const look = () => {
      if (sessions.size > 0) return;
      stop();
      resolve();
    };
    const stop = observers.on('worker.closed', look);
    look();
  });
