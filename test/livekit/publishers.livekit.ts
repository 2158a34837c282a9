import { expect, it } from 'vitest';
import { WorkerType } from '../../src/index.js';
import { call } from './support/caller.js';
import { describeOnServer, newName, openRoom } from './support/server.js';
import { startWorker } from './support/worker.js';

describeOnServer('a worker for publishers at a LiveKit server', () => {
  it('has a job and a process for each publisher, who is who it says', async () => {
    const agentName = newName('agent');
    const { events, lines } = await startWorker('tells-its-publisher', {
      ...{ agentName, workerType: WorkerType.PUBLISHER, numIdleProcesses: 2 },
    });
    const room = await openRoom({ agentName });
    const [ann, bob] = [await call(room, 'ann'), await call(room, 'bob')];
    await call(room, 'listener');

    await ann.publishMicrophone();
    await bob.publishMicrophone();

    await expect.poll(() => lines.items.length, { timeout: 15_000 }).toBe(2);
    const told = lines.items.map(({ fields }) => fields.publisher);
    const started = events.items.filter(({ type }) => type === 'job.started');
    expect(new Set(started.map((event) => 'pid' in event && event.pid)).size).toBe(2);
    expect(told).toEqual(
      expect.arrayContaining(
        ['ann', 'bob'].map((identity) => ({
          before: { identity, type: 'livekit.ParticipantInfo', tracks: 1 },
          after: { identity, type: 'RemoteParticipant' },
          pid: expect.any(Number),
        })),
      ),
    );
    expect(told.map((one) => (one as { pid: number }).pid).sort()).toEqual(
      started.map((event) => 'pid' in event && event.pid).sort(),
    );
    expect(events.items.filter(({ type }) => type === 'job.offered').length).toBe(2);
  });
});
