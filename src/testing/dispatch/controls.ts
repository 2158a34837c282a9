import { WorkerError } from '../../errors.js';
import type { Refusals } from './admission.js';
import type { Hub } from './hub.js';
import { checkInput } from './inputs.js';
import type { Rejection } from './listener.js';
import type { Rooms } from './room-records.js';
import type { Session } from './session.js';
import type { FaultControls, RoomControls, TestServer } from './test-server.js';

/** What goes wrong on purpose, after a look at what was asked for. */
export const faultsOf = (
  hub: Hub,
  registrations: Refusals<true>,
  rejections: Refusals<Rejection>,
): Omit<FaultControls, 'restart'> => ({
  script: (rule) => {
    checkInput('script', rule);
    return hub.script.add(rule);
  },
  refuseRegistration: (times = Number.POSITIVE_INFINITY) => {
    checkInput('times', times);
    return registrations.add(true, times);
  },
  rejectUpgrade: (status, headers = {}, times = Number.POSITIVE_INFINITY) => {
    checkInput('status', status);
    checkInput('headers', headers);
    checkInput('times', times);
    return rejections.add({ status, headers, body: '' }, times);
  },
  send: (workerId, message) => send(hub, workerId, message),
});

/** What happens in rooms, after a look at what was asked for. */
export const controlsOf = (rooms: Rooms): RoomControls => ({
  createRoom: (input) => {
    checkInput('createRoom', input);
    return rooms.create(input);
  },
  deleteRoom: rooms.delete,
  createDispatch: (room, agentName, options = {}) => {
    checkInput('room', room);
    checkInput('agentName', agentName);
    checkInput('createDispatch', options);
    return rooms.createDispatch(room, agentName, options);
  },
  deleteDispatch: rooms.deleteDispatch,
  join: (room, input) => {
    checkInput('room', room);
    checkInput('join', input);
    return rooms.join(room, input);
  },
  leave: rooms.leave,
  publish: rooms.publish,
});

function send(hub: Hub, workerId: string, message: Parameters<TestServer['send']>[1]): void {
  const session = sessionOf(hub, workerId);
  if (typeof message === 'string' || message instanceof Uint8Array) session.sendRaw(message);
  else session.send(message);
}

/** The connection of a worker. */
export function sessionOf(hub: Hub, workerId: string): Session {
  const session = hub.sessions.get(workerId);
  if (!session) throw new WorkerError('ERR_INVALID_ARGUMENT', 'No such worker is registered.');
  return session;
}
