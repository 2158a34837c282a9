import { describe, expect, it } from 'vitest';
import simulated from '../examples/simulated.js';
import { runJob } from '../src/testing/index.js';

// The examples are tests themselves, as users write them.
describe.each(['test-a-function', 'test-a-job'])('examples/%s', async (name) => {
  await import(`../examples/${name}.ts`);
});

it('runs the agent that is its own caller (F-152)', async () => {
  const job = runJob(simulated);

  expect(await job.ended).toMatchObject({ outcome: 'success', reason: 'room disconnected' });
  expect(job.published.map(({ text }) => text)).toEqual(['hello']);
});
