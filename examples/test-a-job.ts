import { createVirtualClock, runJob } from 'livekit-actors/testing';
import { expect, it } from 'vitest';
import greeter from './greeter.js';

it('greets a caller, and ends when the caller leaves', async () => {
  const job = runJob(greeter);

  await job.started;
  job.room.join({ identity: 'ann' });
  await job.waitFor(() => job.published.some(({ text }) => text === 'hello ann'));
  job.room.leave('ann');

  expect(await job.ended).toEqual({
    outcome: 'success',
    error: undefined,
    reason: 'the caller left',
  });
});

it('gives up after a minute', async () => {
  const clock = createVirtualClock();
  const job = runJob(greeter, { clock });

  await clock.advance(60_000);

  expect((await job.ended).reason).toBe('nobody came');
});
