import {
  CreateAgentDispatchRequest,
  DeleteAgentDispatchRequest,
  ListAgentDispatchRequest,
  ListAgentDispatchResponse,
} from '@livekit/protocol';
import { toDispatchInfo } from '../infos.js';
import type { JobRecord } from '../records.js';
import { isDeployment } from '../registration.js';
import type { Rooms } from '../room-records.js';
import { type Failed, type Method, method } from './method.js';
import { isAdmin } from './room-service.js';
import { sizeProblem } from './sizes.js';

/** The calls of AgentDispatchService. */
export const dispatchService = (
  rooms: Rooms,
  jobs: () => readonly JobRecord[],
): Record<string, Method> => ({
  CreateDispatch: method(CreateAgentDispatchRequest, isAdmin, ({ room, agentName, ...rest }) => {
    const problem = isDeployment(rest.deployment) ? sizeProblem(rest) : badDeployment;
    return problem ?? toDispatchInfo(rooms.createDispatch(room, agentName, rest), jobs());
  }),
  DeleteDispatch: method(DeleteAgentDispatchRequest, isAdmin, ({ room, dispatchId }) => {
    const found = rooms.find(room);
    if (!found) return noRoom;
    const isHere = found.dispatches.some(({ id }) => id === dispatchId);
    const dispatch = isHere ? rooms.deleteDispatch(dispatchId) : undefined;
    return dispatch ? toDispatchInfo(dispatch, jobs()) : noDispatch;
  }),
  ListDispatch: method(ListAgentDispatchRequest, isAdmin, ({ room, dispatchId }) => {
    const asked = rooms
      .find(room)
      ?.dispatches.filter(({ id }) => dispatchId === '' || id === dispatchId);
    if (!asked) return noRoom;
    const agentDispatches = asked.map((dispatch) => toDispatchInfo(dispatch, jobs()));
    return new ListAgentDispatchResponse({ agentDispatches });
  }),
});

/** Nobody answers for a room that is not there; the open server waits 3 s for that. */
const noRoom: Failed = { code: 'unavailable', msg: 'no response from servers' };
const noDispatch: Failed = { code: 'not_found', msg: 'dispatch ID not found' };
const badDeployment: Failed = {
  code: 'invalid_argument',
  msg: 'deployment: expected up to 64 letters, digits, dots and dashes',
};
