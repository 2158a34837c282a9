import { expect, it } from 'vitest';
import { type ForkedRunner, hearLog, runningJob, startOrder } from '../support/forked-runner.js';

const leave = { type: 'leave' } as const;
const shutdown = (graceMs = 300) => ({ type: 'shutdown', reason: 'drain', graceMs }) as const;
const success = { type: 'finished', end: { outcome: 'success' } };
const failed = (code: string, message: string) => ({
  type: 'finished',
  end: { outcome: 'failed', error: { code, message } },
});

/** What it said of its job, without the lines of its log. */
const course = ({ said }: ForkedRunner) =>
  said.filter(({ type }) => !['online', 'ready', 'log'].includes(type));
const lines = ({ said }: ForkedRunner) =>
  said.flatMap((it) => (it.type === 'log' ? [it.message] : []));

it('goes on after the entrypoint returned, and ends on request as a success', async () => {
  const runner = await runningJob('ordinary');
  await hearLog(runner, 'joined');

  runner.tell(shutdown());
  await runner.hear('finished');
  expect(lines(runner)).not.toContain('callback');
  runner.tell(leave);

  expect(await runner.ended).toEqual({ code: 0, signal: null });
  expect(course(runner)).toEqual([{ type: 'started', jobId: 'job-1' }, success]);
  expect((await hearLog(runner, 'aborted')).fields.reason).toEqual('drain');
  expect((await hearLog(runner, 'callback')).fields.reason).toEqual('drain');
});

it('fails with the text of the entrypoint and leaves only when told', async () => {
  const runner = await runningJob('throws-in-entrypoint');

  await runner.hear('finished');
  expect(course(runner)).toEqual([
    { type: 'started', jobId: 'job-1' },
    { type: 'closing', reason: 'entrypoint failed' },
    failed('ERR_ENTRYPOINT', 'no such tenant'),
  ]);
  expect(lines(runner)).not.toContain('callback');
  runner.tell(leave);

  expect(await runner.ended).toEqual({ code: 0, signal: null });
  const { fields } = await hearLog(runner, 'the entrypoint failed');
  expect(fields.err).toEqual({
    type: 'Error',
    message: 'no such tenant',
    stack: expect.stringContaining('throws-in-entrypoint.mjs:6'),
  });
});

it('leaves by itself when the word to leave does not come', async () => {
  const runner = await runningJob('throws-in-entrypoint');

  expect(await runner.ended).toEqual({ code: 0, signal: null });
  expect(lines(runner)).toContain('callback');
});

it('ends when the room ends', async () => {
  const runner = await runningJob('room-closes');

  await runner.hear('finished');
  runner.tell(leave);
  await runner.ended;
  expect(course(runner)).toEqual([
    { type: 'started', jobId: 'job-1' },
    { type: 'closing', reason: 'room disconnected' },
    success,
  ]);
});

it('counts the first reason, aborts in the same tick, and runs every callback', async () => {
  const runner = await runningJob('shuts-down-twice');

  await runner.hear('finished');
  runner.tell(leave);
  expect(await runner.ended).toEqual({ code: 0, signal: null });
  expect(course(runner)).toEqual([
    { type: 'started', jobId: 'job-1' },
    { type: 'closing', reason: 'call over' },
    success,
  ]);
  expect((await hearLog(runner, 'after shutdown')).fields.aborted).toEqual(true);
  expect((await hearLog(runner, 'callback')).fields.reason).toEqual('call over');
  expect((await hearLog(runner, 'a shutdown callback failed')).level).toEqual('error');
});

it('takes the echo of its abort for an ordinary end', async () => {
  const runner = await runningJob('waits-for-abort');

  runner.tell(shutdown(60_000));

  expect(await runner.hear('finished')).toEqual(success);
  expect(lines(runner)).not.toContain('the entrypoint failed');
});

it('fails when the entrypoint breaks while it ends', async () => {
  const runner = await runningJob('throws-while-closing');

  runner.tell(shutdown(60_000));

  expect(await runner.hear('finished')).toEqual(failed('ERR_ENTRYPOINT', 'summary lost'));
});

it('warns of an entrypoint that does not settle in its grace, and goes on', async () => {
  const runner = await runningJob('never-returns');

  runner.tell(shutdown(50));

  expect(await runner.hear('finished')).toEqual(success);
  expect(await hearLog(runner, 'entrypoint did not settle in time')).toMatchObject({
    level: 'warn',
    fields: { job_id: 'job-1', pid: runner.child.pid },
  });
});

it('gives no grace when there is none', async () => {
  const runner = await runningJob('never-returns');

  runner.tell(shutdown(0));
  runner.tell({ type: 'ping', ref: 1 });
  await runner.hear('pong');

  expect(course(runner).slice(1)).toEqual([success, { type: 'pong', ref: 1 }]);
});

it('marks every line about its job with the job', async () => {
  const runner = await runningJob('throws-uncaught');
  await runner.hear('finished');
  runner.tell(leave);
  await runner.ended;

  const unmarked = runner.said.filter((it) => it.type === 'log' && it.fields.job_id !== 'job-1');
  expect(unmarked).toEqual([]);
  expect(lines(runner)).toContain('uncaught exception');
});

it('has nothing to say about a room that it leaves itself', async () => {
  const runner = await runningJob('joins-and-ends');
  await runner.hear('finished');
  runner.tell(leave);
  await runner.ended;

  expect(lines(runner)).not.toContain('nothing to do');
});

it.each([
  ['rejects-unhandled', 'ERR_UNHANDLED_REJECTION', 'nobody listened'],
  ['throws-uncaught', 'ERR_UNCAUGHT', 'nobody caught'],
])('fails the job and exits with 1: %s (R-D12, F-94, F-95)', async (agent, code, message) => {
  const runner = await runningJob(agent);

  expect(await runner.hear('finished')).toEqual(failed(code, message));
  runner.tell(leave);

  expect(await runner.ended).toEqual({ code: 1, signal: null });
});

it('is not harmed by a promise that its abort rejects and nobody waits for', async () => {
  const runner = await runningJob('leaves-promises-alone');

  runner.tell(shutdown());

  expect(await runner.hear('finished')).toEqual(success);
  runner.tell(leave);
  expect(await runner.ended).toEqual({ code: 0, signal: null });
});

it('loses none of the last lines of its log (R-D15, R-D16)', async () => {
  const runner = await runningJob('logs-a-lot');
  await runner.hear('finished');
  runner.tell(leave);
  await runner.ended;

  const counted = runner.said.flatMap((it) =>
    it.type === 'log' && it.message === 'counted' ? [it.fields.line] : [],
  );
  expect(counted).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
});

it('fails a job whose record it cannot read', async () => {
  const runner = await runningJob('ordinary', {
    start: startOrder({ record: '////' }),
  });

  const { end } = await runner.hear('finished');
  expect(end).toEqual({
    outcome: 'failed',
    error: { code: 'ERR_LAUNCH_FAILED', message: expect.any(String) },
  });
});
