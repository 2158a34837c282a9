import { existsSync } from 'node:fs';
import { Job } from '@livekit/protocol';
import { expect, it } from 'vitest';
import {
  type ForkedRunner,
  initializeOrder,
  startOrder,
  warmRunner,
} from '../support/forked-runner.js';

const stay = { type: 'leave', stay: true } as const;
const success = { type: 'finished', end: { outcome: 'success' } };
const agent = 'tells-what-it-finds';

/** Has a warm process run a job that ends as `act` says. */
const runJob = async (runner: ForkedRunner, id: string, act: string) => {
  const room = { name: `room-of-${id}` };
  const participant = { identity: 'ann' };
  runner.tell(startOrder({}, new Job({ id, metadata: act, room, participant })));
  await runner.hear('started', ({ jobId }) => jobId === id);
};

const hearOf = (runner: ForkedRunner, id: string, text: string) =>
  runner.hear('log', ({ message, fields }) => message === text && fields.job_id === id);

const course = ({ said }: ForkedRunner) =>
  said.filter(({ type }) => !['online', 'ready', 'log', 'pong'].includes(type));

it('runs a second job in the same process, with everything of its own but the prewarmed data (F-98)', async () => {
  const { directory } = initializeOrder(agent);
  const runner = await warmRunner(agent, { initialize: { directory } });
  const pid = runner.child.pid;
  await runJob(runner, 'job-1', 'ends');
  await runner.hear('finished');
  runner.tell(stay);
  await runner.hear('freed');
  expect(existsSync(directory)).toBe(false);

  await runJob(runner, 'job-2', 'stays');
  const first = await hearOf(runner, 'job-1', 'found');
  const second = await hearOf(runner, 'job-2', 'found');
  runner.tell({ type: 'shutdown', reason: 'drain', graceMs: 300 });
  await runner.hear('log', ({ message }) => message === 'callback');
  await expect.poll(() => course(runner).length).toBe(6);
  runner.tell(stay);

  const own = { isOwn: true, aborted: false, fields: {}, files: [], warmed: 1, pid };
  expect(first.fields).toEqual({ ...own, isFirst: true, room: 'room-of-job-1', job_id: 'job-1' });
  expect(second.fields).toEqual({ ...own, isFirst: false, room: 'room-of-job-2', job_id: 'job-2' });
  expect(await runner.ended).toEqual({ code: 0, signal: null });
  expect(course(runner)).toEqual([
    { type: 'started', jobId: 'job-1' },
    { type: 'closing', reason: 'over' },
    success,
    { type: 'freed' },
    { type: 'started', jobId: 'job-2' },
    success,
  ]);
  expect(
    runner.said.flatMap((it) => (it.type === 'log' && it.message === 'callback' ? it.fields : [])),
  ).toEqual([
    { reason: 'over', tenant: 'job-1', job_id: 'job-1', pid },
    { reason: 'drain', tenant: 'job-2', job_id: 'job-2', pid },
  ]);
});

it('stays after a job whose participant entrypoints are over (F-98)', async () => {
  const runner = await warmRunner(agent);
  await runJob(runner, 'job-1', 'attends to somebody');
  await runner.hear('finished');

  runner.tell(stay);

  expect(await runner.hear('freed')).toEqual({ type: 'freed' });
});

it('lets no job end the one after it (F-98)', async () => {
  const runner = await warmRunner(agent);
  await runJob(runner, 'job-1', 'ends');
  await runner.hear('finished');
  runner.tell(stay);
  await runner.hear('freed');

  await runJob(runner, 'job-2', 'ends the first');
  await hearOf(runner, 'job-2', 'ended the first');
  runner.tell({ type: 'shutdown', reason: 'drain', graceMs: 300 });
  await expect.poll(() => course(runner).length).toBe(6);
  runner.tell({ type: 'leave' });

  const { fields } = await hearOf(runner, 'job-2', 'callback');
  expect(fields.reason).toBe('drain');
  expect(course(runner).slice(4)).toEqual([{ type: 'started', jobId: 'job-2' }, success]);
  expect(await runner.ended).toEqual({ code: 0, signal: null });
});

it.each([
  ['whose entrypoint fails', 'throws'],
  ['with a rejection that nobody handles', 'rejects'],
  ['with such a rejection in its last moment', 'rejects at last'],
  ['that leaves a promise alone, which its end rejects', 'waits on'],
  ['with a callback that fails', 'fails to clean up'],
  ['with a callback that does not end in time', 'cleans up for ever'],
  ['whose entrypoint does not settle', 'never settles'],
  ['with a participant entrypoint that does not settle', 'attends for ever'],
])('exits after a job %s (F-98)', async (_, act) => {
  const runner = await warmRunner(agent, {
    initialize: { unhandledRejection: 'log', callbackMs: 100, graceMs: 100 },
  });
  await runJob(runner, 'job-1', act);
  await runner.hear('finished');
  runner.tell(stay);

  expect(await runner.ended).toEqual({ code: 0, signal: null });
  expect(runner.said.map(({ type }) => type)).not.toContain('freed');
});

it('perishes with its worker also between two jobs (F-98)', async () => {
  const runner = await warmRunner(agent);
  await runJob(runner, 'job-1', 'ends');
  await runner.hear('finished');
  runner.tell(stay);
  await runner.hear('freed');

  runner.child.disconnect();

  expect(await runner.ended).toEqual({ code: null, signal: 'SIGKILL' });
});

it('fails like a warm process when what a job left behind throws (F-98)', async () => {
  const runner = await warmRunner('throws-when-it-is-over');
  await runJob(runner, 'job-1', '');
  await runner.hear('finished');
  runner.tell(stay);
  await runner.hear('freed');

  const { error } = await runner.hear('failed');

  expect(error.code).toBe('ERR_UNCAUGHT');
  expect(error.message).toContain('left behind');
  expect(await runner.ended).toEqual({ code: 1, signal: null });
});
