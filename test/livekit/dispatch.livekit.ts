import { expect, it } from 'vitest';
import { WorkerType } from '../../src/index.js';
import { call } from './support/caller.js';
import { describeOnServer, dispatches, newName, openRoom } from './support/server.js';
import { startWorker } from './support/worker.js';

interface Told {
  readonly before: { readonly identity: string };
  readonly pid: number;
}

async function openAndDispatch(agentName: string, metadata: string): Promise<string> {
  const room = await openRoom();
  await dispatches.createDispatch(room, agentName, { metadata });
  return room;
}

describeOnServer('a dispatch of a LiveKit server', () => {
  it.each([
    ['a request for an open room', openAndDispatch],
    [
      'the agents of a new room',
      (agentName: string, metadata: string) => openRoom({ agentName, metadata }),
    ],
  ])('hands its metadata to the entrypoint, from %s (F-58, F-59)', async (_, ask) => {
    const agentName = newName('agent');
    const { hear, hearLine } = await startWorker('tells-its-job', { agentName });

    const room = await ask(agentName, '{"tenant":7}');

    const { jobId, pid } = await hear('job.started');
    const { fields } = await hearLine('my job');
    expect(fields.job).toEqual({ id: jobId, room, agentName, metadata: '{"tenant":7}', pid });
  });

  it('goes to the next worker when one rejects it (F-42, D-23)', async () => {
    const agentName = newName('agent');
    const picky = await startWorker('ordinary', {
      agentName,
      requestFnc: (request) => request.reject(),
    });
    const willing = await startWorker('ordinary', { agentName });
    const offeredTo = ({ events }: typeof picky) =>
      events.items.flatMap((event) => (event.type === 'job.offered' ? event.jobId : []));

    // The server draws whom it asks first.
    for (let asked = 1; offeredTo(picky).length === 0; asked += 1) {
      expect(asked).toBeLessThan(30);
      await openRoom({ agentName });
      await expect.poll(() => offeredTo(willing).length, { timeout: 5_000 }).toBe(asked);
    }

    const [jobId] = offeredTo(picky);
    expect(await picky.hear('job.rejected')).toMatchObject({ jobId });
    expect(await willing.hear('job.started', (event) => event.jobId === jobId)).toBeTruthy();
  });

  it('makes a job and a process for each publisher, who is who the job says (F-11, F-60, C-6)', async () => {
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
