import type { JobRecord } from '../records.js';
import type { Rooms } from '../room-records.js';
import { dispatchService } from './dispatch-service.js';
import { fail, type Method } from './method.js';
import { roomService } from './room-service.js';

/** What the API calls work on. */
export interface ServiceInput {
  readonly rooms: Rooms;
  readonly jobs: () => readonly JobRecord[];
}

/** The calls of one service, by name. */
type Service = Readonly<Record<string, Method>>;

/** The services, by name; of some there are no calls, only the word that there are none here. */
export type Services = ReadonlyMap<string, Service | 'needs media'>;

const callsWithMedia = [
  'ForwardParticipant',
  'MoveParticipant',
  'MutePublishedTrack',
  'PerformRpc',
  'SendData',
  'UpdateSubscriptions',
];

const needsMedia = (call: string): Method => {
  const answer = fail(
    'unimplemented',
    `${call} needs a LiveKit server: the dispatch server has no media.`,
  );
  return () => answer;
};

/** RoomService and AgentDispatchService as far as they go without media. */
export const createServices = ({ rooms, jobs }: ServiceInput): Services =>
  new Map<string, Service | 'needs media'>([
    [
      'RoomService',
      {
        ...roomService(rooms),
        ...Object.fromEntries(callsWithMedia.map((call) => [call, needsMedia(call)])),
      },
    ],
    ['AgentDispatchService', dispatchService(rooms, jobs)],
    ['Egress', 'needs media'],
    ['Ingress', 'needs media'],
    ['SIP', 'needs media'],
  ]);

const place = /^\/twirp\/livekit\.(?<service>\w+)\/(?<call>\w+)$/;

/** The call at a path, if there is one. */
export function findMethod(services: Services, path: string): Method | undefined {
  const { service = '', call = '' } = place.exec(path)?.groups ?? {};
  const found = services.get(service);
  if (found === 'needs media') return needsMedia(`${service}.${call}`);
  return found && Object.hasOwn(found, call) ? found[call] : undefined;
}
