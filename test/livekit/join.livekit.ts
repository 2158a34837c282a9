import { WorkerMessage } from '@livekit/protocol';
import { expect, it } from 'vitest';
import { WorkerPermissions } from '../../src/index.js';
import { version } from '../../src/version.js';
import { call } from './support/caller.js';
import { describeOnServer, newName, openRoom, recorded, server } from './support/server.js';
import { startWorker } from './support/worker.js';

describeOnServer('a worker at a LiveKit server', () => {
  it('echo', async () => {
    const agentName = newName('agent');
    const proxy = await recorded();
    const worker = await startWorker('echoes-data', { agentName, url: proxy.url });
    console.log(JSON.stringify(worker.events.items));
    const room = await openRoom({ agentName });
    const caller = await call(room);
    const { jobId } = await worker.hear('job.started');
    await worker.hearLine('joined');
    await caller.hearEcho('hello');
    await caller.say('bye');
    await caller.miss(`agent-${jobId}`);
    await worker.hear('job.ended');
    await worker.hearLine('callback');
    console.log(JSON.stringify(worker.events.items));
    for (const f of proxy.frames) console.log(f.at % 100000, f.direction, f.message.toJsonString());
    console.log(JSON.stringify(caller.noticed.items));
  });
});
