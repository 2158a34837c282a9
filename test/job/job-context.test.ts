import { expect, it } from 'vitest';
import { getJobContext } from '../../src/job/index.js';
import { hearLog, runningJob } from '../support/forked-runner.js';

it('is found below the entrypoint across await, by another copy of this package (F-121)', async () => {
  const runner = await runningJob(
    new URL('../fixtures/agents/finds-its-context.ts', import.meta.url),
    {
      execArgv: ['--import', 'tsx'],
    },
  );

  expect((await hearLog(runner, 'found')).fields.jobId).toEqual('job-1');
  expect((await hearLog(runner, 'prewarmed')).fields.outside).toEqual(true);
  runner.tell({ type: 'shutdown', reason: 'drain', graceMs: 100 });
  runner.tell({ type: 'leave' });
  await runner.ended;
  expect(runner.said.filter((it) => it.type === 'log' && it.message === 'found')).toHaveLength(2);
});

it('is missing outside of a job, and says so', () => {
  expect(getJobContext({ required: false })).toEqual(undefined);
  expect(() => getJobContext()).toThrow(expect.objectContaining({ code: 'ERR_NO_JOB_CONTEXT' }));
});

it('joins once, however often and concurrently it is asked to (F-105)', async () => {
  const runner = await runningJob('connects-twice-at-once');

  const { fields } = await hearLog(runner, 'joined');
  expect({ states: fields.states, connected: fields.connected }).toEqual({
    states: 1,
    connected: true,
  });
});
