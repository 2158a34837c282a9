import { expect, it } from 'vitest';
import { WorkerType } from '../../src/index.js';
import { call } from './support/caller.js';
import { describeOnServer, newName, openRoom } from './support/server.js';
import { startWorker } from './support/worker.js';

interface Told {
  readonly before: { readonly identity: string };
  readonly pid: number;
}

describeOnServer('a worker for publishers at a LiveKit server', () => {
  it('has a job and a process for each publisher, who is who the job says', async () => {
    const agentName = newName('agent');
    const { events, lines } = await startWorker('tells-its-publisher', {
      ...{ agentName, workerType: WorkerType.PUBLISHER, numIdleProcesses: 2 },
    });
    const room = await openRoom({ agentName });
    const ann = await call(room, 'ann');
    const bob = await call(room, 'bob');
    await call(room, 'listener');

    await Promise.all([ann.publishMicrophone(), bob.publishMicrophone()]);
    await expect.poll(() => lines.items.length, { timeout: 15_000 }).toBe(2);

    const told = lines.items.map(({ fields }) => fields.publisher as Told);
    expect(told.toSorted((a, b) => a.before.identity.localeCompare(b.before.identity))).toEqual(
      ['ann', 'bob'].map((identity) => ({
        before: { identity, type: 'livekit.ParticipantInfo', tracks: 1 },
        after: { identity, type: 'RemoteParticipant' },
        pid: expect.any(Number),
      })),
    );
    const started = events.items.flatMap((event) =>
      event.type === 'job.started' ? event.pid : [],
    );
    expect(new Set(started).size).toBe(2);
    expect(new Set(told.map(({ pid }) => pid))).toEqual(new Set(started));
  });
});
