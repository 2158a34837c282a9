import { expect, it } from 'vitest';
import { call } from './support/caller.js';
import { jobsAreFiled, reportedEnd, reportsOn } from './support/reports.js';
import { describeOnServer, dispatches, newName, openRoom, rooms, server } from './support/server.js';
import { type StartedWorker, startWorker } from './support/worker.js';

/** Has an agent come to a new room, and waits until the server knows all of it. */
async function runJob({ hear, events }: StartedWorker, agentName: string) {
  const before = new Set(events.items.map((event) => 'jobId' in event && event.jobId));
  const room = await openRoom({ agentName });
  const { jobId, pid = 0 } = await hear('job.started', (event) => !before.has(event.jobId));
  return { room, jobId, pid, identity: `agent-${jobId}` };
}

const isIn = async (room: string, identity: string): Promise<boolean> =>
  (await rooms.listParticipants(room)).some((someone) => someone.identity === identity);

/** What the server wrote into its log of the end of a job; in the order of its log. */
async function logOfEnd(jobId: string) {
  const ended = await server.waitForLog?.(
    (entry) => entry.msg === 'job ended' && entry.jobID === jobId,
    5_000,
  );
  const left = await server.waitForLog?.(
    (entry) => entry.msg === 'participant closing' && entry.participant === `agent-${jobId}`,
    15_000,
  );
  return ended && left && { status: ended.status, error: ended.error, leftAfter: Number(left.ts) > Number(ended.ts) };
}

describeOnServer('a job on a LiveKit server', () => {
  it.each([
    {
      end: 'fails with its text when its entrypoint throws',
      agent: 'throws-in-entrypoint',
      last: { status: 'JS_FAILED', error: 'no such tenant' },
    },
    {
      end: 'is a success when it ends itself',
      agent: 'joins-and-ends',
      last: { status: 'JS_SUCCESS', error: '' },
    },
  ])('$end, the first time and later, and is reported before it leaves', async ({ agent, last }) => {
    const agentName = newName('agent');
    const worker = await startWorker(agent, { agentName });

    for (const turn of ['first', 'later']) {
      const { room, jobId, identity } = await runJob(worker, agentName);
      const caller = await call(room);
      await reportedEnd(jobId, worker.proxy, 10_000);

      expect(reportsOn(jobId, worker.proxy), turn).toEqual([{ status: 'JS_RUNNING', error: '' }, last]);
      if (server.waitForLog) expect(await logOfEnd(jobId), turn).toEqual({ ...last, leftAfter: true });
      await expect.poll(() => isIn(room, identity)).toBe(false);
      await caller.leave();
      await jobsAreFiled(room);
    }
  });
});
