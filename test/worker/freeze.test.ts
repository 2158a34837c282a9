import { expect, it } from 'vitest';
import { serveWithLedger } from '../support/ledger-server.js';
import { agentFile, runProgram } from '../support/worker-program.js';

it('accepts no offer that the server gave up while the worker stood still (R-A16)', async () => {
  const world = await serveWithLedger();
  const run = runProgram([agentFile('obeys-in-one-file.mjs'), 'start', '--port', '0'], {
    server: world.server,
  });
  await run.warm();

  run.signal('SIGSTOP');
  const job = world.offer();
  await world.dispatched(job);
  run.signal('SIGCONT');
  const line = await run.hear('job.rejected');

  expect([job.dispatch, job.answers.map(({ answer }) => answer)]).toEqual(['lost', ['none']]);
  expect(line).toMatchObject({
    job_id: job.id,
    reason: 'this process stood still while the offer waited',
  });
  const next = world.offer();
  await world.ended(next);
  expect(next.status).toBe('success');
  run.signal('SIGTERM');
  expect(await run.exited).toEqual({ code: 0, signal: null });
});
