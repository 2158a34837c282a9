import {
  AvailabilityResponse,
  type Job,
  type JobAssignment,
  JobStatus,
  RegisterWorkerRequest,
  ServerMessage,
  UpdateJobStatus,
  UpdateWorkerStatus,
  WorkerMessage,
  WorkerStatus,
} from '@livekit/protocol';
import { AccessToken } from 'livekit-server-sdk';
import { type RawData, WebSocket } from 'ws';
import { createSightings } from '../../src/testing/dispatch/sightings.js';
import type { TestServer } from '../../src/testing/index.js';

type Fields<T extends abstract new (...args: never[]) => unknown> = NonNullable<
  ConstructorParameters<T>[0]
>;
type ServerContent = ServerMessage['message'];
type Case = NonNullable<ServerContent['case']>;
type ValueOf<Name extends Case> = Extract<ServerContent, { case: Name }>['value'];

export interface BareWorkerOptions {
  readonly register?: Fields<typeof RegisterWorkerRequest> | false;
  readonly token?: string;
  readonly json?: boolean;
  /** Answers every offer at once; without it, offers stay open. */
  readonly answer?: (job: Job) => Fields<typeof AvailabilityResponse>;
}

/** A token for the agent socket, or for whatever `grants` say. */
export async function mintToken(
  server: Pick<TestServer, 'apiKey' | 'apiSecret'>,
  grants: Parameters<AccessToken['addGrant']>[0] = { agent: true },
): Promise<string> {
  const token = new AccessToken(server.apiKey, server.apiSecret.reveal());
  token.addGrant(grants);
  return token.toJwt();
}

/** The least that speaks the agent protocol: no pool, no jobs, no manners. */
export async function startBareWorker(server: TestServer, options: BareWorkerOptions = {}) {
  const token = options.token ?? (await mintToken(server));
  const socket = new WebSocket(`${server.url}/agent`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const contents: ServerContent[] = [];
  const unreadable: Buffer[] = [];
  const { look, waitFor: until } = createSightings();
  let closeCode: number | undefined;
  let pongs = 0;

  const send = (message: WorkerMessage['message']) => {
    const frame = new WorkerMessage({ message });
    socket.send(options.json ? frame.toJsonString() : frame.toBinary());
  };
  const answer = (
    jobId: string,
    fields: Fields<typeof AvailabilityResponse> = { available: true },
  ) =>
    send({
      case: 'availability',
      value: new AvailabilityResponse({ jobId, participantIdentity: `agent-${jobId}`, ...fields }),
    });
  socket.on('message', (data: RawData, isBinary: boolean) => {
    const content = decode(data as Buffer, isBinary);
    if (content) contents.push(content);
    else unreadable.push(data as Buffer);
    if (content?.case === 'availability' && options.answer && content.value.job) {
      answer(content.value.job.id, options.answer(content.value.job));
    }
    look();
  });
  socket.on('pong', () => {
    pongs += 1;
    look();
  });
  socket.on('open', look);
  socket.on('error', () => {});
  socket.on('close', (code) => {
    closeCode = code;
    look();
  });

  const all = <Name extends Case>(name: Name): ValueOf<Name>[] =>
    contents.flatMap((content) => (content.case === name ? [content.value as ValueOf<Name>] : []));

  const worker = {
    socket,
    contents,
    unreadable,
    send,
    answer,
    until,
    all,
    offers: (): Job[] => all('availability').flatMap(({ job }) => (job ? [job] : [])),
    assignments: (): JobAssignment[] => all('assignment'),
    terminations: (): string[] => all('termination').map(({ jobId }) => jobId),
    id: () => all('register')[0]?.workerId ?? '',
    closeCode: () => closeCode,
    pongs: () => pongs,
    report: (status: 'available' | 'full', load: number, jobCount = 0) =>
      send({
        case: 'updateWorker',
        value: new UpdateWorkerStatus({
          status: status === 'full' ? WorkerStatus.WS_FULL : WorkerStatus.WS_AVAILABLE,
          load,
          jobCount,
        }),
      }),
    updateJob: (jobId: string, status: JobStatus = JobStatus.JS_SUCCESS, error = '') =>
      send({ case: 'updateJob', value: new UpdateJobStatus({ jobId, status, error }) }),
    /** Resolves once the server has read everything sent before. */
    flush: async () => {
      const seen = all('pong').length;
      send({ case: 'ping', value: { timestamp: 1n } as never });
      await until(() => all('pong').length > seen);
    },
    close: async () => {
      socket.terminate();
      await until(() => closeCode !== undefined);
    },
  };

  await until(() => socket.readyState !== WebSocket.CONNECTING);
  if (options.register !== false && socket.readyState === WebSocket.OPEN) {
    send({ case: 'register', value: new RegisterWorkerRequest(options.register) });
    await until(() => all('register').length > 0 || closeCode !== undefined);
  }
  return worker;
}

function decode(data: Buffer, isBinary: boolean): ServerContent | undefined {
  try {
    const message = isBinary
      ? ServerMessage.fromBinary(data)
      : ServerMessage.fromJsonString(data.toString('utf8'));
    return message.message.case === undefined ? undefined : message.message;
  } catch {
    return undefined;
  }
}
