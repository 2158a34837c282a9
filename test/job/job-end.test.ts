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

it('goes on after the entrypoint returned, and ends on request as a success (F-88, F-107, F-110, N-39)', async () => {
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

it('fails with the text of the entrypoint and leaves only when told (F-111, D-4)', async () => {
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

it('ends when the room ends (F-109)', async () => {
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

it('counts the first reason, aborts in the same tick, and runs every callback (F-106, F-107, F-108, C-9, C-10, N-11, N-39)', async () => {
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

it('warns of an entrypoint that does not settle in its grace, and goes on (F-108, N-40, R-D13)', async () => {
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

it('marks every line about its job with the job (N-28)', async () => {
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
])('fails the job and exits with 1: %s (F-94, F-95, R-D12)', async (agent, code, message) => {
  const runner = await runningJob(agent);

  expect(await runner.hear('finished')).toEqual(failed(code, message));
  runner.tell(leave);

  expect(await runner.ended).toEqual({ code: 1, signal: null });
});

it('logs an unhandled rejection with the job, and goes on, where it is told to (F-94, N-29)', async () => {
  const runner = await runningJob('rejects-unhandled', {
    initialize: { unhandledRejection: 'log' },
  });

  expect(await hearLog(runner, 'unhandled rejection')).toMatchObject({
    level: 'error',
    fields: { job_id: 'job-1', err: { message: 'nobody listened' } },
  });
  runner.tell(shutdown());
  expect(await runner.hear('finished')).toEqual(success);
  runner.tell(leave);
  expect(await runner.ended).toEqual({ code: 0, signal: null });
});

it('logs one before there is a job, too, where it is told to (F-94)', async () => {
  const runner = await runningJob('rejects-while-warm', {
    initialize: { unhandledRejection: 'log' },
  });

  expect(await hearLog(runner, 'unhandled rejection')).toMatchObject({
    level: 'error',
    fields: { err: { message: 'nobody listened' } },
  });
});

it('fails at an uncaught exception also where rejections are only logged (F-95)', async () => {
  const runner = await runningJob('throws-uncaught', { initialize: { unhandledRejection: 'log' } });

  expect(await runner.hear('finished')).toEqual(failed('ERR_UNCAUGHT', 'nobody caught'));
});

it('fails though the agent hides what nobody catches (R-D12)', async () => {
  const runner = await runningJob('hears-exceptions');

  expect(await runner.hear('finished')).toEqual(failed('ERR_UNCAUGHT', 'nobody caught'));
  runner.tell(leave);
  expect(await runner.ended).toEqual({ code: 1, signal: null });
});

it('gives each callback its time, and goes on without those that take longer (N-40, C-10)', async () => {
  const runner = await runningJob('callback-never-ends', { initialize: { callbackMs: 20 } });

  runner.tell(shutdown());
  await runner.hear('finished');
  runner.tell(leave);

  expect(await runner.ended).toEqual({ code: 0, signal: null });
  expect(await hearLog(runner, 'a shutdown callback did not end in time')).toMatchObject({
    level: 'warn',
    fields: { job_id: 'job-1' },
  });
});

it('ends though handles are open, and nothing listens to the end of the job (R-D13)', async () => {
  const runner = await runningJob('leaves-handles-open');

  runner.tell(shutdown(0));
  await runner.hear('finished');
  runner.tell(leave);

  expect(await runner.ended).toEqual({ code: 0, signal: null });
});

it.each([
  ['shutdown', 'ordinary', 'drain'],
  ['its own word', 'shuts-down-twice', 'call over'],
  ['the end of its room', 'room-closes', 'room disconnected'],
  ['an entrypoint that fails', 'throws-in-entrypoint', 'entrypoint failed'],
  ['a rejection', 'rejects-unhandled', 'job crashed'],
  ['an exception', 'throws-uncaught', 'job crashed'],
])('runs its callbacks once at %s, with the reason (N-11, F-107)', async (_, agent, reason) => {
  const runner = await runningJob(agent);

  runner.tell(shutdown());
  runner.tell(shutdown());
  await runner.hear('finished');
  runner.tell(leave);
  runner.tell(leave);
  await runner.ended;

  const called = runner.said.flatMap((it) =>
    it.type === 'log' && it.message === 'callback' ? [it.fields.reason] : [],
  );
  expect(called).toEqual([reason]);
});

it.each([
  ['says that there is no key pair', 'needs-a-key-pair', 'api-key and api-secret must be set'],
  ['looks at ctx.api', 'uses-the-api', undefined],
])('tells an entrypoint that %s how to get one (F-118)', async (_, agent, cause) => {
  const runner = await runningJob(agent);
  const hint = 'Jobs get no key pair: set the option exposeCredentials to true, and use ctx.api';

  expect(await runner.hear('finished')).toEqual(
    failed('ERR_ENTRYPOINT', cause ? `${cause} (${hint})` : `${hint}.`),
  );
  const { fields } = await hearLog(runner, 'the entrypoint failed');
  expect(fields.hint).toBe(cause ? hint : undefined);
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

it('logs a rejection that nobody handles as an error of its job (N-29)', async () => {
  const runner = await runningJob('rejects-unhandled');

  const { level, fields } = await hearLog(runner, 'unhandled rejection');

  expect([level, fields.job_id, fields.err]).toEqual([
    'error',
    'job-1',
    expect.objectContaining({ message: 'nobody listened' }),
  ]);
});
