import {
  RegisterWorkerResponse,
  type ServerInfo,
  ServerMessage,
  type WorkerMessage,
  WorkerPong,
} from '@livekit/protocol';
import { nanoid } from 'nanoid';
import type { WebSocket } from 'ws';
import type { Hub } from './hub.js';
import type { Jobs } from './jobs.js';
import { applyReport, toWorkerRecord } from './registration.js';
import { createSession, type Session } from './session.js';
import { createWire, type Wire } from './wire.js';
import { noteArrival, noteDeparture } from './wire-facts.js';

/** What one connection is made of. */
export interface ConnectionInput {
  readonly socket: WebSocket;
  /** The key that the worker's token was signed with. */
  readonly apiKey: string;
  readonly hub: Hub;
  readonly jobs: Jobs;
  readonly serverInfo: ServerInfo;
  /** Asked at each registration: is this one to be refused? */
  readonly refuses: () => boolean;
}

type Content = WorkerMessage['message'];

/**
 * Serves one agent socket: a register message first (a ping may come before), then anything but a
 * second one. Whatever breaks the protocol cuts the connection without a close frame.
 */
export function serveConnection(input: ConnectionInput): void {
  const { socket, hub } = input;
  const id = `AW_${nanoid(12)}`;
  let session: Session | undefined;

  const read = (message: WorkerMessage | undefined) => {
    const content = message?.message;
    if (content?.case === 'ping') wire.send(pongTo(content.value.timestamp, hub.timers.now()));
    else if (session && content) handle(input, session, content);
    else if (content?.case === 'register') session = register(input, wire, content.value);
    else wire.cut();
    if (session) cancelDeadline();
  };
  const wire = createWire({
    id,
    socket,
    script: hub.script,
    timers: hub.timers,
    onFrame: hub.remember,
    onMessage: read,
    onArrived: (message) => session && noteArrival(hub, id, message),
    onWritten: (message) => noteDeparture(hub, id, message),
  });
  const cancelDeadline = hub.timers.after(hub.limits.registerTimeout, wire.cut);
  const stopPings = pingEvery(hub, wire);

  socket.once('close', () => {
    cancelDeadline();
    stopPings();
    if (session) unregister(hub, session, wire);
  });
}

function register(
  { apiKey, hub, serverInfo, refuses }: ConnectionInput,
  wire: Wire,
  request: Extract<Content, { case: 'register' }>['value'],
): Session | undefined {
  const record = toWorkerRecord(wire.id, apiKey, request);
  if (!record || refuses()) {
    wire.cut();
    return undefined;
  }
  const session = createSession(wire, record, request.allowedPermissions);
  hub.note({ type: 'connection.opened', connection: wire.id, worker: record.name });
  session.send({
    case: 'register',
    value: new RegisterWorkerResponse({ workerId: wire.id, serverInfo }),
  });
  hub.sessions.set(wire.id, session);
  hub.observers.emit('worker.registered', record);
  return session;
}

function handle({ hub, jobs }: ConnectionInput, session: Session, content: Content): void {
  const { record } = session;
  if (content.case === 'availability') session.answer(content.value);
  else if (content.case === 'updateJob') jobs.update(session, content.value);
  else if (content.case === 'simulateJob') jobs.simulate(session, content.value);
  else if (content.case === 'updateWorker' || content.case === 'migrateJob') {
    if (content.case === 'updateWorker') applyReport(record, content.value);
    else record.migrated = [...record.migrated, ...content.value.jobIds];
    hub.observers.emit('worker.updated', record);
  } else session.cut();
}

function unregister(hub: Hub, session: Session, wire: Wire): void {
  hub.sessions.delete(session.record.id);
  hub.note({ type: 'connection.closed', connection: wire.id, by: wire.closedBy() });
  session.end();
  hub.observers.emit('worker.closed', session.record);
}

const pongTo = (lastTimestamp: bigint, now: number): ServerMessage =>
  new ServerMessage({
    message: { case: 'pong', value: new WorkerPong({ lastTimestamp, timestamp: BigInt(now) }) },
  });

function pingEvery(hub: Hub, wire: Wire): () => void {
  let cancel = () => {};
  const schedule = () => {
    cancel = hub.timers.after(hub.limits.pingInterval, () => {
      wire.ping();
      schedule();
    });
  };
  schedule();
  return () => cancel();
}
