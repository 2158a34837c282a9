import {
  ParticipantInfo_Kind,
  ParticipantPermission,
  RegisterWorkerRequest,
  WorkerMessage,
} from '@livekit/protocol';
import { expect, it } from 'vitest';
import { WorkerPermissions } from '../../src/index.js';
import { version } from '../../src/version.js';
import { call } from './support/caller.js';
import { describeOnServer, newName, openRoom, rooms } from './support/server.js';
import { startWorker } from './support/worker.js';

describeOnServer('a worker at a LiveKit server', () => {
  it('registers with all that it is, and tells which server took it (F-25, F-36, F-37)', async () => {
    const agentName = newName('agent');
    const permissions = new WorkerPermissions({ canPublish: false });

    const { proxy, hear } = await startWorker('ordinary', { agentName, permissions });

    expect(proxy.frames[0]?.message).toEqual(
      new WorkerMessage({
        message: {
          case: 'register',
          value: new RegisterWorkerRequest({
            ...{ agentName, version },
            allowedPermissions: new ParticipantPermission({
              ...{ agent: true, canPublish: false, canSubscribe: true },
              ...{ canPublishData: true, canUpdateMetadata: true },
            }),
          }),
        },
      }),
    );
    expect(await hear('registered')).toEqual({
      type: 'registered',
      workerId: expect.stringMatching(/^AW_/),
      server: {
        edition: 'Standard',
        version: expect.stringMatching(/^\d+\.\d+/),
        region: expect.any(String),
        nodeId: expect.stringMatching(/^ND_/),
      },
    });
  });

  it('brings the agent to a human as accept describes it (F-40)', async () => {
    const identity = newName('ada');
    const attributes = { mood: 'calm', shoe_size: '38' };
    await startWorker('ordinary', {
      requestFnc: async (request) => {
        await request.accept({ identity, name: 'Ada', metadata: '{"role":"host"}', attributes });
      },
    });

    const caller = await call(newName('room'));
    const agent = await caller.meet(identity);

    expect(agent).toMatchObject({ identity, name: 'Ada', metadata: '{"role":"host"}' });
    expect(agent.attributes).toMatchObject(attributes);
  });

  it('calls the agent without a name and after its job where accept says nothing (F-41)', async () => {
    const agentName = newName('agent');
    const { hear, hearLine } = await startWorker('ordinary', { agentName });

    const room = await openRoom({ agentName });
    const { jobId } = await hear('job.started');
    await hearLine('joined');

    expect(await rooms.getParticipant(room, `agent-${jobId}`)).toMatchObject({
      ...{ name: '', metadata: '', kind: ParticipantInfo_Kind.AGENT },
    });
  });

  it('lets a human and the agent talk by data', async () => {
    const agentName = newName('agent');
    const { hear, hearLine } = await startWorker('echoes-data', { agentName });
    const caller = await call(await openRoom({ agentName }));
    const { jobId } = await hear('job.started');
    await caller.meet(`agent-${jobId}`);
    await hearLine('joined');

    const echo = await caller.hearEcho('is anybody there?');

    expect(echo.identity).toBe(`agent-${jobId}`);
  });
});
