import { MigrateJobRequest, UpdateWorkerStatus, WorkerStatus } from '@livekit/protocol';
import { expect, it } from 'vitest';
import { isRunning } from '../support/processes.js';
import type { RecordingProxy } from '../support/recording-proxy.js';
import { type Caller, call } from './support/caller.js';
import { startCommand } from './support/command.js';
import { reportedEnd, reportsOn } from './support/reports.js';
import { describeOnServer, newName, openRoom } from './support/server.js';
import { isKnownAs, type StartedWorker, startWorker } from './support/worker.js';

/** Calls a new room and waits for the agent there. */
async function callAgent({ hear, hearLine }: StartedWorker, agentName: string) {
  const caller = await call(await openRoom({ agentName }));
  const { jobId } = await hear('job.started');
  await hearLine('joined');
  return { caller, jobId };
}

/** What the worker said on its second connection. */
const saidAgain = ({ frames }: RecordingProxy) =>
  frames.flatMap(({ connection, direction, message: { message } }) =>
    connection === 1 && direction === 'toServer' ? [message] : [],
  );

const jobsOf = ({ frames }: RecordingProxy) =>
  frames.flatMap(({ message: { message } }) =>
    message.case === 'assignment' ? message.value.job?.id : [],
  );

const isUnderstood = (caller: Caller, text: string) =>
  expect(caller.hearEcho(text)).resolves.toMatchObject({ text });

describeOnServer('a call on a LiveKit server', () => {
  it('goes on while its worker is cut off, and is reported when the worker is back (F-34, N-21)', async () => {
    const agentName = newName('agent');
    const worker = await startWorker('echoes-data', { agentName });
    const { caller, jobId } = await callAgent(worker, agentName);
    const { proxy } = worker;

    proxy.cut();
    await isUnderstood(caller, 'still there?');
    await proxy.waitFor(({ message: { message } }) => message.case === 'migrateJob', 10_000);
    await isUnderstood(caller, 'and now?');
    await caller.say('bye');
    await reportedEnd(jobId, proxy, 10_000);

    const said = saidAgain(proxy);
    expect(said.slice(0, 3)).toEqual([
      proxy.frames[0]?.message.message,
      {
        case: 'updateWorker',
        value: new UpdateWorkerStatus({ status: WorkerStatus.WS_AVAILABLE, load: 0, jobCount: 1 }),
      },
      { case: 'migrateJob', value: new MigrateJobRequest({ jobIds: [jobId] }) },
    ]);
    expect(reportsOn(jobId, proxy)).toEqual([
      { status: 'JS_RUNNING', error: '' },
      { status: 'JS_SUCCESS', error: '' },
    ]);
    const workerIds = worker.events.items.flatMap((event) =>
      event.type === 'registered' ? event.workerId : [],
    );
    expect(new Set(workerIds).size).toBe(2);
  });

  it('goes on after SIGTERM, while another worker takes the new rooms (F-138, N-3)', async () => {
    const agentName = newName('agent');
    const old = await startCommand('takes-calls', agentName);
    const caller = await call(await openRoom({ agentName }));
    const { pid, job_id: jobId } = await old.hear('job.started');
    await old.lines.waitFor(({ msg }) => msg === 'joined', 10_000);
    const fresh = await startWorker('echoes-data', { agentName });

    const asked = Date.now();
    old.signal('SIGTERM');
    await isKnownAs('WS_FULL', old.proxy, asked);
    const { caller: newcomer } = await callAgent(fresh, agentName);
    await isUnderstood(newcomer, 'hello');
    await isUnderstood(caller, 'still there?');
    await caller.say('bye');

    expect(await old.ended).toEqual({ code: 0, signal: null });
    expect(jobsOf(old.proxy)).toEqual([jobId]);
    expect(reportsOn(String(jobId), old.proxy)).toEqual([
      { status: 'JS_RUNNING', error: '' },
      { status: 'JS_SUCCESS', error: '' },
    ]);
    expect(isRunning(Number(pid))).toBe(false);
  });
});
