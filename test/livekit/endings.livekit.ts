import { expect, it } from 'vitest';
import { call } from './support/caller.js';
import { jobsAreFiled, reportedEnd, reportsOn } from './support/reports.js';
import { describeOnServer, dispatches, isIn, newName, openRoom, server } from './support/server.js';
import { type StartedWorker, startWorker } from './support/worker.js';

const running = { status: 'JS_RUNNING', error: '' };
const succeeded = { status: 'JS_SUCCESS', error: '' };

/** Has an agent come to a new room. */
async function runJob({ hear, events }: StartedWorker, agentName: string) {
  const earlier = new Set(events.items.map((event) => 'jobId' in event && event.jobId));
  const room = await openRoom({ agentName });
  const { jobId, pid = 0 } = await hear('job.started', (event) => !earlier.has(event.jobId));
  return { room, jobId, pid, identity: `agent-${jobId}` };
}

/** What the server logged of the end of a job; nothing where its log is not ours to read. */
const loggedEnd = (jobId: string) =>
  server.waitForLog?.(({ msg, jobID }) => msg === 'job ended' && jobID === jobId, 5_000);

/** What the server logged when somebody left; nothing where its log is not ours to read. */
const loggedLeave = (identity: string) =>
  server.waitForLog?.(
    ({ msg, participant }) => msg === 'participant closing' && participant === identity,
    5_000,
  );

describeOnServer('a job on a LiveKit server', () => {
  it.each([
    ['fails with its text when its entrypoint throws', 'throws-in-entrypoint', 'no such tenant'],
    ['is a success when it ends itself', 'joins-and-ends', ''],
  ])('%s, the first and a later time, before it leaves (F-62, D-3)', async (_, agent, error) => {
    const agentName = newName('agent');
    const worker = await startWorker(agent, { agentName });
    const last = { status: error ? 'JS_FAILED' : 'JS_SUCCESS', error };

    // The server knows little of the first job of a new kind of worker, and all of a later one.
    for (const turn of ['first', 'later']) {
      const { room, jobId, identity } = await runJob(worker, agentName);
      await reportedEnd(jobId, worker.proxy, 10_000);
      const [ended, left] = [await loggedEnd(jobId), await loggedLeave(identity)];

      expect(reportsOn(jobId, worker.proxy), turn).toEqual([running, last]);
      if (server.waitForLog) {
        expect(ended, turn).toMatchObject(last);
        expect(Number(left?.ts), turn).toBeGreaterThan(Number(ended?.ts));
      }
      await expect.poll(() => isIn(room, identity)).toBe(false);
      await jobsAreFiled(room);
    }
  });

  it('fails within two seconds when its process dies, and its agent is taken out (R-D5)', async () => {
    const agentName = newName('agent');
    const worker = await startWorker('echoes-data', { agentName });
    const { room, jobId, pid, identity } = await runJob(worker, agentName);
    await worker.hearLine('joined');
    expect(await isIn(room, identity)).toBe(true);

    const killed = Date.now();
    process.kill(pid, 'SIGKILL');
    const reported = await reportedEnd(jobId, worker.proxy, 10_000);

    expect(reported - killed).toBeLessThan(2_000);
    expect(reportsOn(jobId, worker.proxy)).toEqual([
      running,
      { status: 'JS_FAILED', error: expect.stringMatching(/SIGKILL/) },
    ]);
    // By itself the server would believe in it for some fifteen seconds more.
    await expect.poll(() => isIn(room, identity), { timeout: 3_000 }).toBe(false);
    if (server.waitForLog) {
      expect(await loggedLeave(identity)).toMatchObject({
        reason: 'SERVICE_REQUEST_REMOVE_PARTICIPANT',
      });
    }
  });

  it('is over within three seconds when its dispatch is deleted, callbacks and all (F-63)', async () => {
    const agentName = newName('agent');
    const worker = await startWorker('echoes-data', { agentName });
    const { room, jobId, identity } = await runJob(worker, agentName);
    await call(room);
    await jobsAreFiled(room);
    const [dispatch] = await dispatches.listDispatch(room);

    const deleted = Date.now();
    await dispatches.deleteDispatch(dispatch?.id ?? '', room);
    const callback = await worker.hearLine('callback');
    await expect.poll(() => isIn(room, identity)).toBe(false);

    expect(Date.now() - deleted).toBeLessThan(3_000);
    expect(callback.fields).toMatchObject({ reason: 'terminated by the server' });
    expect(reportsOn(jobId, worker.proxy)).toEqual([running, succeeded]);
    // It was not thrown out.
    if (server.waitForLog) {
      expect(await loggedLeave(identity)).toMatchObject({ reason: 'CLIENT_REQUEST_LEAVE' });
    }
  });
});
