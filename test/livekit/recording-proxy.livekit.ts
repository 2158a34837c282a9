import { once } from 'node:events';
import { JobType, type ServerMessage, WorkerMessage } from '@livekit/protocol';
import { Room } from '@livekit/rtc-node';
import { AccessToken, RoomServiceClient, type VideoGrant } from 'livekit-server-sdk';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { liveKitServer } from '../support/livekit.js';
import { type RecordingProxy, recordingProxy } from '../support/recording-proxy.js';

const server = await liveKitServer(() => {});
afterAll(() => server?.stop());

describe.runIf(server)('the recording proxy', () => {
  const { url, apiKey, apiSecret } = server ?? { url: '', apiKey: '', apiSecret: '' };
  let proxy: RecordingProxy;
  beforeEach(async () => {
    proxy = await recordingProxy(url);
  });
  afterEach(() => proxy.close());

  const tokenFor = (grant: VideoGrant, identity = 'somebody') => {
    const token = new AccessToken(apiKey, apiSecret, { identity });
    token.addGrant(grant);
    return token.toJwt();
  };

  const dial = async (grant: VideoGrant) => {
    const headers = { authorization: `Bearer ${await tokenFor(grant)}` };
    return new WebSocket(`${proxy.url}/agent`, { headers });
  };

  const register = new WorkerMessage({
    message: {
      case: 'register',
      value: { type: JobType.JT_ROOM, agentName: 'recorded', version: '1.2.3' },
    },
  });
  const isRegister = ({ message }: { message: WorkerMessage | ServerMessage }) =>
    message.message.case === 'register';

  it('records the registration of a worker whose token has the agent grant', async () => {
    const worker = await dial({ agent: true });
    await once(worker, 'open');

    worker.send(register.toBinary());
    const answer = await proxy.waitFor(
      (frame) => frame.direction === 'toWorker' && isRegister(frame),
      5_000,
    );
    worker.close();

    const [question] = proxy.frames;
    expect(proxy.frames).toEqual([question, answer]);
    expect(question).toMatchObject({ direction: 'toServer', connection: 0, message: register });
    expect(answer.message.message.value).toMatchObject({
      workerId: expect.stringMatching(/^AW_/),
      serverInfo: { agentProtocol: 1 },
    });
  });

  it('records a worker that speaks JSON, and passes garbage on unrecorded', async () => {
    const worker = await dial({ agent: true });
    await once(worker, 'open');

    worker.send(register.toJsonString());
    const answer = await proxy.waitFor(({ direction }) => direction === 'toWorker', 5_000);
    worker.send('garbage');

    expect(await once(worker, 'close')).toEqual([1006, Buffer.alloc(0)]);
    expect(isRegister(answer)).toBe(true);
    expect(proxy.frames.length).toBe(2);
  });

  it('passes a refusal on as it is', async () => {
    const worker = await dial({ agent: false });
    worker.on('error', () => {});

    const [, response] = await once(worker, 'unexpected-response');

    expect(response.statusCode).toBe(401);
    expect(proxy.frames).toEqual([]);
  });

  it('cuts a worker off without a close frame, and lets it return as another connection', async () => {
    const first = await dial({ agent: true });
    await once(first, 'open');
    first.send(register.toBinary());
    await proxy.waitFor(({ direction }) => direction === 'toWorker', 5_000);

    const closed = once(first, 'close');
    proxy.cut();
    expect(await closed).toEqual([1006, Buffer.alloc(0)]);

    const second = await dial({ agent: true });
    await once(second, 'open');
    second.send(register.toBinary());
    await proxy.waitFor((frame) => frame.direction === 'toWorker' && frame.connection === 1, 5_000);
    second.terminate();
  });

  it('carries API calls and rooms', async () => {
    const rooms = new RoomServiceClient(proxy.url.replace('ws', 'http'), apiKey, apiSecret);
    await rooms.createRoom({ name: 'proxied', emptyTimeout: 5 });
    const room = new Room();

    await room.connect(proxy.url, await tokenFor({ roomJoin: true, room: 'proxied' }, 'guest'), {
      autoSubscribe: true,
      dynacast: false,
    });
    const there = await rooms.listParticipants('proxied');
    await room.disconnect();

    expect(there.map(({ identity }) => identity)).toEqual(['guest']);
    await rooms.deleteRoom('proxied');
  });

  it('names what passed when it waits in vain', async () => {
    const worker = await dial({ agent: true });
    await once(worker, 'open');
    worker.send(register.toBinary());
    await proxy.waitFor(({ direction }) => direction === 'toWorker', 5_000);

    await expect(proxy.waitFor(() => false, 1)).rejects.toThrow(
      'Waited 1 ms in vain. What happened: register toServer, register toWorker',
    );
    worker.close();
  });
});
